from django.urls import URLPattern, URLResolver, include, path

from modules.console import views

_pages: list[URLPattern | URLResolver] = [
    path("console/", views.system_map, name="map"),
    path("console/orders", views.orders, name="orders"),
    path("console/orders/<str:order_id>", views.order, name="order"),
    path("console/stock", views.stock, name="stock"),
    path("console/messages", views.messages, name="messages"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((_pages, "console")))]
