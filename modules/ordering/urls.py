from django.urls import URLPattern, URLResolver, path

from modules.ordering.views import OrderCancelView, OrderHistoryView, OrdersView, OrderView

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/orders", OrdersView.as_view(), name="orders"),
    path("api/v1/orders/history", OrderHistoryView.as_view(), name="order-history"),
    path("api/v1/orders/<order_id>", OrderView.as_view(), name="order"),
    path("api/v1/orders/<order_id>/cancel", OrderCancelView.as_view(), name="order-cancel"),
]
