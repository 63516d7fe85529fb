"""The operators' view of stock: to read, since counts and reservations change by use cases."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from modules.inventory.models import Location, Reservation, ReservationLine, Stock


class ReadOnly:
    """This refuses every change: a row written past the use cases knows no reservations."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Location)
class LocationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """This is where places that keep stock are named."""

    list_display = ("code", "name")


@admin.register(Stock)
class StockAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """This lists what is where."""

    list_display = ("sku", "location", "on_hand", "reserved")
    list_filter = ("location",)
    search_fields = ("sku",)
    ordering = ("sku", "location")


class LineInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    model = ReservationLine
    extra = 0


@admin.register(Reservation)
class ReservationAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """This lists what is kept for whom, newest first."""

    list_display = ("order_id", "state", "made_at")
    list_filter = ("state",)
    search_fields = ("order_id",)
    ordering = ("-made_at",)
    inlines = (LineInline,)
