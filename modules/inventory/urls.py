"""Inventory's paths, from the root."""

from django.urls import URLPattern, URLResolver, path

from modules.inventory import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/availability", views.AvailabilityView.as_view()),
    path("api/v1/inventory/<str:sku>", views.StockView.as_view()),
    path("api/v1/inventory/<str:sku>/locations", views.ShelvesView.as_view()),
    path("api/v1/inventory/<str:sku>/locations/<str:location>", views.ShelfView.as_view()),
]
