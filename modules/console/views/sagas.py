"""Sagas: which there are by status, and one with its steps and messages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from modules.console.queries.sagas import saga_page
from modules.console.views.access import for_operators
from modules.console.views.paging import page_number
from modules.kernel.sagas import queries
from modules.kernel.sagas.operations import UnknownInstance
from modules.kernel.sagas.state import SagaStatus

_SHOWN = 50


@require_GET
@never_cache
@for_operators
def every(request: HttpRequest) -> HttpResponse:
    """This lists sagas, those that moved last first."""
    status, page = request.GET.get("status", ""), page_number(request)
    found = queries.sagas(status=status, limit=_SHOWN + 1, offset=(page - 1) * _SHOWN)
    counts = queries.counts()
    context = {
        "sagas": found[:_SHOWN],
        "status": status,
        "statuses": [(one.value, counts.get(one.value, 0)) for one in SagaStatus],
        "newer": page - 1,
        "older": page + 1 if len(found) > _SHOWN else 0,
    }
    return render(request, "console/sagas.html", context)


@require_GET
@never_cache
@for_operators
def one(request: HttpRequest, saga: str, instance_id: str) -> HttpResponse:
    """This shows one saga with the state of each step, and what was said about it."""
    try:
        page = saga_page(saga=saga, instance_id=instance_id)
    except UnknownInstance as problem:
        return not_found(request, problem)
    return render(request, "console/saga.html", {"page": page, "saga": page.saga})


def not_found(request: HttpRequest, problem: UnknownInstance) -> HttpResponse:
    """This says that there is no such saga."""
    return render(request, "console/saga_not_found.html", problem.facts, status=404)
