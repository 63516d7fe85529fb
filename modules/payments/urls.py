from django.urls import URLPattern, URLResolver, path

from modules.payments.views import PaymentView

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/payments/<str:order_id>", PaymentView.as_view(), name="payment"),
]
