"""Who may see the console and who acted in it: staff in production, anybody on a laptop."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def for_operators(view: View) -> View:
    """This lets only staff see the page where `QUARRY_CONSOLE_FOR_STAFF` says so."""
    guarded = staff_member_required(view)

    @wraps(view)
    def choose(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = guarded if settings.QUARRY_CONSOLE_FOR_STAFF else view
        return chosen(request, *args, **kwargs)

    return choose


def operator_of(request: HttpRequest) -> str:
    """This names who acts, for the audit trail; ``console`` where nobody has logged in."""
    user = request.user
    return user.get_username() if user.is_authenticated else "console"
