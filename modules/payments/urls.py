from django.urls import URLPattern, URLResolver, path

from modules.payments import views

_ACCOUNT = "api/v1/payments/accounts/<str:account_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/payments/<str:order_id>", views.PaymentView.as_view(), name="payment"),
    path(_ACCOUNT, views.AccountView.as_view(), name="account"),
    path(f"{_ACCOUNT}/entries", views.EntriesView.as_view(), name="account-entries"),
    path(f"{_ACCOUNT}/deposits", views.DepositsView.as_view(), name="account-deposits"),
    path(f"{_ACCOUNT}/withdrawals", views.WithdrawalsView.as_view(), name="account-withdrawals"),
]
