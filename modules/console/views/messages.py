"""Messages: how far the consumers are, what is set aside, and what operators did about it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from modules.console.queries.set_aside import SHOWN, listed, message_page
from modules.console.views.access import for_operators
from modules.console.views.paging import page_number
from modules.kernel.messaging import operations
from modules.kernel.messaging.models import SetAside
from modules.kernel.messaging.operations import NotSetAside
from modules.kernel.messaging.statistics import LAG_LIMIT, consumer_statistics
from modules.kernel.messaging.subscriptions import subscriptions


@require_GET
@never_cache
@for_operators
def consumers(request: HttpRequest) -> HttpResponse:
    """This shows how far each consumer of each log is; the page refreshes itself."""
    context = {
        "consumers": consumer_statistics(),
        "lag_limit": LAG_LIMIT,
        "live": request.GET.get("live") != "0",
    }
    return render(request, "console/consumers.html", context)


@require_GET
@never_cache
@for_operators
def set_aside(request: HttpRequest) -> HttpResponse:
    """This lists the messages set aside, oldest first."""
    asked = {name: request.GET.get(name, "").strip() for name in ("consumer", "state", "key")}
    context = {
        "listed": listed(**asked),
        "asked": asked,
        "consumers": [subscription.consumer for subscription in subscriptions()],
        "states": SetAside.State.values,
    }
    return render(request, "console/set_aside.html", context)


@require_GET
@never_cache
@for_operators
def one(request: HttpRequest, consumer: str, source: str, position: int) -> HttpResponse:
    """This shows one message set aside, why, and what waits behind it."""
    try:
        page = message_page(consumer=consumer, source=source, position=position)
    except NotSetAside as problem:
        return not_set_aside(request, problem)
    return render(request, "console/message.html", {"page": page, "message": page.message})


@require_GET
@never_cache
@for_operators
def actions(request: HttpRequest) -> HttpResponse:
    """This shows what operators did, newest first."""
    page = page_number(request)
    found = operations.actions(limit=SHOWN + 1, offset=(page - 1) * SHOWN)
    context = {
        "actions": found[:SHOWN],
        "newer": page - 1,
        "older": page + 1 if len(found) > SHOWN else 0,
    }
    return render(request, "console/actions.html", context)


def not_set_aside(request: HttpRequest, problem: NotSetAside) -> HttpResponse:
    """This says that the message has gone through, or was dropped."""
    return render(request, "console/message_not_set_aside.html", problem.facts, status=404)
