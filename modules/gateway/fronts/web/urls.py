from django.urls import path

from modules.gateway.fronts.web import basket, events, orders, products

app_name = "web"

urlpatterns = [
    path("products", products.WebProductsView.as_view(), name="products"),
    path("products/<str:sku>", products.WebProductView.as_view(), name="product"),
    path("basket", basket.WebBasketView.as_view(), name="basket"),
    path("basket/lines/<str:sku>", basket.WebBasketLineView.as_view(), name="basket-line"),
    path("checkout", basket.WebCheckoutView.as_view(), name="checkout"),
    path("orders", orders.WebOrdersView.as_view(), name="orders"),
    path("orders/<str:order_id>", orders.WebOrderView.as_view(), name="order"),
    path("orders/<str:order_id>/events", events.WebOrderEventsView.as_view(), name="order-events"),
    path("orders/<str:order_id>/cancel", orders.WebOrderCancelView.as_view(), name="order-cancel"),
    path("orders/<str:order_id>/return", orders.WebOrderReturnView.as_view(), name="order-return"),
]
