"""Accounts of customers: logging in, out, and having one at all. Guests shop without."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm, UserCreationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from modules.gateway.web.page import shop_page
from modules.kernel.http.authentication import SUBJECT_IN_SESSION
from modules.kernel.identity.models import subject_of

_HOW = "django.contrib.auth.backends.ModelBackend"


class Login(LoginView):
    """This logs a customer in; the basket that they have filled as a guest stays theirs."""

    template_name = "shop/login.html"
    next_page = "shop:orders"
    http_method_names = ("get", "head", "post", "options")

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        login(self.request, form.get_user())
        self.request.session[SUBJECT_IN_SESSION] = subject_of(form.get_user())
        return _go_on(self.request, self.get_success_url())

    def render_to_response(self, context: dict[str, Any], **more: Any) -> HttpResponse:
        status = 422 if context["form"].errors else 200
        return shop_page(self.request, "login.html", context, status=status)


class Logout(LogoutView):
    """This ends the session, with the basket: on a shared machine nothing is left."""

    next_page = "shop:browse"


@never_cache
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """This makes an account; what was ordered as a guest in this session is the account's.

    Who has logged in has one: they go on to where they wanted.
    """
    if request.user.is_authenticated:
        return redirect(_after(request))
    form: UserCreationForm[User] = UserCreationForm(
        request.POST if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            user = form.save()
            subject = subject_of(user, wanted=request.session.get(SUBJECT_IN_SESSION, ""))
        login(request, user, backend=_HOW)
        request.session[SUBJECT_IN_SESSION] = subject
        return _go_on(request, resolve_url(_after(request)))
    context = {"form": form, "next": request.GET.get("next", "")}
    return shop_page(request, "register.html", context, status=422 if form.errors else 200)


def _go_on(request: HttpRequest, to: str) -> HttpResponse:
    """This answers a form: the browser goes on to where its visitor wanted."""
    if urlsplit(to).path != reverse("oauth2_provider:authorize"):
        return redirect(to)
    # From there it is sent on to a program's own address. Browsers hold that to the form's policy,
    # `form-action 'self'`, as long as it is all redirects of one form (CSP Level 3, 6.4.1).
    page = shop_page(request, "logged_in.html", {"to": to})
    page.headers["Refresh"] = f"0; url={to}"
    return page


def _after(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return "shop:orders"
