"""The catalogue of messages: who publishes each, who consumes it, its fields, an example."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from modules.console.queries.contracts import contracts
from modules.console.views.access import for_operators


@require_GET
@for_operators
def every(request: HttpRequest) -> HttpResponse:
    """This shows every message of the system."""
    search = request.GET.get("q", "").strip()
    found = contracts(search=search)
    context = {
        "modules": found,
        "search": search,
        "count": sum(len(one.entries) for one in found),
    }
    return render(request, "console/contracts.html", context)
