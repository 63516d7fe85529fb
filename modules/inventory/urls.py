"""Inventory's paths, from the root."""

from django.urls import URLPattern, URLResolver, path

from modules.inventory import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/inventory/<sku>", views.StockView.as_view()),
    path("api/v1/inventory/<sku>/locations", views.ShelvesView.as_view()),
    path("api/v1/inventory/<sku>/locations/<location>", views.ShelfView.as_view()),
]
