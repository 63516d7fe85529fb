"""Stock: how much of every SKU there is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from modules.console.queries import stock
from modules.console.views.access import for_operators


@require_GET
@never_cache
@for_operators
def every(request: HttpRequest) -> HttpResponse:
    """This shows how much of every SKU there is."""
    search = request.GET.get("q", "").strip()
    context = {"levels": stock.stock(search=search), "search": search}
    return render(request, "console/stock.html", context)
