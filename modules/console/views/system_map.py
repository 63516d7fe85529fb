"""The map: the modules and who talks to whom."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from modules.console.queries import system_map
from modules.console.views.access import for_operators


@require_GET
@for_operators
def show(request: HttpRequest) -> HttpResponse:
    """This shows the modules and who talks to whom."""
    return render(request, "console/map.html", {"map": system_map.system_map()})
