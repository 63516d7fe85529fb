"""Calls: where modules run, and how calls to those elsewhere fare."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from modules.console.queries import calls
from modules.console.views.access import for_operators


@require_GET
@never_cache
@for_operators
def every(request: HttpRequest) -> HttpResponse:
    """This shows where each module runs, and the calls of this process."""
    context = {"places": calls.places(), "calls": calls.calls()}
    return render(request, "console/calls.html", context)
