from django.urls import path

from modules.gateway.web import account, basket, browsing, checkout, orders
from modules.gateway.web.page import with_problems_shown

app_name = "shop"

# All are for people: what a view does not expect is a page as well.
urlpatterns = [
    path(route, with_problems_shown(view), name=name)
    for route, view, name in (
        ("", browsing.browse, "browse"),
        ("shop/products/<str:sku>", browsing.product, "product"),
        ("shop/art/<slug:category>/<str:sku>.svg", browsing.art, "art"),
        ("shop/basket", basket.show, "basket"),
        ("shop/basket/lines", basket.put, "put_in_basket"),
        ("shop/checkout", checkout.check_out, "checkout"),
        ("account/login", account.Login.as_view(), "login"),
        ("account/logout", account.Logout.as_view(), "logout"),
        ("account/new", account.register, "register"),
        ("shop/orders", orders.mine, "orders"),
        ("shop/orders/<str:order_id>", orders.show, "order"),
        ("shop/orders/<str:order_id>/progress", orders.progress, "order_progress"),
        ("shop/orders/<str:order_id>/cancel", orders.cancel, "cancel_order"),
        ("shop/orders/<str:order_id>/return", orders.send_back, "return_order"),
    )
]
