"""Moves: where modules run, what is being moved, and what was."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from modules.console.queries import calls, moves
from modules.console.views.access import for_operators


@require_GET
@never_cache
@for_operators
def every(request: HttpRequest) -> HttpResponse:
    """This shows where each module runs, and the latest moves."""
    found = moves.moves()
    context = {
        "places": calls.places(),
        "under_way": [one for one in found if one.is_under_way],
        "compared": moves.compared(),
        "ended": [one for one in found if not one.is_under_way],
    }
    return render(request, "console/moves.html", context)
