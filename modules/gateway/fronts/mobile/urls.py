from django.urls import path

from modules.gateway.fronts.mobile import views

app_name = "mobile"

urlpatterns = [
    path("products", views.MobileProductsView.as_view(), name="products"),
    path("orders", views.MobileOrdersView.as_view(), name="orders"),
    path("orders/<str:order_id>", views.MobileOrderView.as_view(), name="order"),
]
