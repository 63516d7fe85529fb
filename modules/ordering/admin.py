"""Orders in Django's admin, to look at: they change by messages, never by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from modules.ordering.models import Basket, BasketLine, KnownProduct, Order, OrderLine


class ReadOnly:
    """This refuses whoever would add, change or delete."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OrderLineInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    model = OrderLine


@admin.register(Order)
class OrderAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("id", "customer_id", "status", "total_minor", "currency", "placed_at")
    list_filter = ("status",)
    search_fields = ("id", "customer_id")
    inlines = (OrderLineInline,)


class BasketLineInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    model = BasketLine


@admin.register(Basket)
class BasketAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("id", "checked_out")
    inlines = (BasketLineInline,)


@admin.register(KnownProduct)
class KnownProductAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("sku", "name", "unit_price_minor", "currency", "revision")
    search_fields = ("sku", "name")
