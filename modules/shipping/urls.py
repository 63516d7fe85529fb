from django.urls import URLPattern, URLResolver, path

from modules.shipping import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/shipping/shipments/<str:order_id>", views.ShipmentView.as_view()),
    path("api/v1/shipping/shipments/<str:order_id>/return", views.ReturnView.as_view()),
    path("api/v1/shipping/quotes", views.QuotesView.as_view()),
]
