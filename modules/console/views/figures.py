"""Live figures: what happens a minute."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from modules.console.queries.figures import figures
from modules.console.views.access import for_operators


@require_GET
@never_cache
@for_operators
def show(request: HttpRequest) -> HttpResponse:
    """This shows the figures of the last half hour, as a page or as JSON (``?format=json``)."""
    found = figures(now=timezone.now())
    if request.GET.get("format") == "json":
        return JsonResponse(asdict(found))
    return render(request, "console/figures.html", {"figures": found})
