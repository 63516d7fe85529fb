"""Settling a message set aside: each action is a page that asks, and a POST that acts.

The pages need no script. What is done is written to the audit trail with who did it.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from modules.console.forms import DropForm
from modules.console.queries.set_aside import message_page
from modules.console.views.access import for_operators, operator_of
from modules.console.views.messages import not_set_aside
from modules.kernel.messaging import operations
from modules.kernel.messaging.operations import NotSetAside, WaitsBehind


@require_http_methods(["GET", "POST"])
@never_cache
@for_operators
def retry(request: HttpRequest, **named: Any) -> HttpResponse:
    """This has a message tried again now, all its attempts before it."""
    try:
        page = message_page(**named)
        if request.method == "GET":
            return render(request, "console/retry.html", {"page": page, "message": page.message})
        operations.retry(**named, operator=operator_of(request))
    except NotSetAside as problem:
        return not_set_aside(request, problem)
    except WaitsBehind:
        context = {"page": page, "message": page.message}
        return render(request, "console/message.html", context, status=409)
    messages.success(request, "It is tried again now. Once it has gone through, it is gone here.")
    asked = urlencode({"consumer": page.message.consumer, "key": page.message.key})
    return redirect(f"{reverse('console:set_aside')}?{asked}")


@require_http_methods(["GET", "POST"])
@never_cache
@for_operators
def drop(request: HttpRequest, **named: Any) -> HttpResponse:
    """This gives a message up for one consumer, for a reason."""
    form = DropForm(request.POST if request.method == "POST" else None)
    try:
        page = message_page(**named)
        if not form.is_valid():
            return render(
                request,
                "console/drop.html",
                {"page": page, "message": page.message, "form": form},
                status=422 if form.errors else 200,
            )
        dropped = operations.drop(**named, operator=operator_of(request), **form.cleaned_data)
    except NotSetAside as problem:
        return not_set_aside(request, problem)
    many = f"{len(dropped)} messages dropped" if len(dropped) > 1 else "Dropped"
    messages.success(
        request, f"{many} for {page.message.consumer}; the later messages of its key go on."
    )
    return redirect("console:actions")
