"""The operators' view of payments: to read, never to write, for money moves by commands."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from modules.payments.models import Payment, Refund


class ReadOnly:
    """This refuses every change, whoever asks."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RefundInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    model = Refund
    extra = 0


@admin.register(Payment)
class PaymentAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """This lists payments, newest first, by state and currency."""

    list_display = (
        "order_id",
        "state",
        "amount_minor",
        "captured_minor",
        "refunded_minor",
        "currency",
        "opened_at",
    )
    list_filter = ("state", "currency")
    search_fields = ("order_id", "reference")
    ordering = ("-id",)
    exclude = ("payment_token",)
    inlines = (RefundInline,)
