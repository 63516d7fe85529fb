"""Catalog's paths, from the root."""

from django.urls import URLPattern, URLResolver, path

from modules.catalog import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/catalog/products", views.ProductsView.as_view()),
    path("api/v1/catalog/products/<str:sku>", views.ProductView.as_view()),
]
