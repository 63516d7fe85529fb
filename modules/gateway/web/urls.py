from django.urls import path

from modules.gateway.web import account, basket, browsing, checkout, orders

app_name = "shop"

urlpatterns = [
    path("", browsing.browse, name="browse"),
    path("shop/products/<str:sku>", browsing.product, name="product"),
    path("shop/art/<slug:category>/<str:sku>.svg", browsing.art, name="art"),
    path("shop/basket", basket.show, name="basket"),
    path("shop/basket/lines", basket.put, name="put_in_basket"),
    path("shop/checkout", checkout.check_out, name="checkout"),
    path("account/login", account.Login.as_view(), name="login"),
    path("account/logout", account.Logout.as_view(), name="logout"),
    path("account/new", account.register, name="register"),
    path("shop/orders", orders.mine, name="orders"),
    path("shop/orders/<str:order_id>", orders.show, name="order"),
    path("shop/orders/<str:order_id>/progress", orders.progress, name="order_progress"),
    path("shop/orders/<str:order_id>/cancel", orders.cancel, name="cancel_order"),
    path("shop/orders/<str:order_id>/return", orders.send_back, name="return_order"),
]
