"""Shipments for the operator to look at. Nothing is changed here: messages do that."""

from django.contrib import admin
from django.http import HttpRequest

from modules.shipping.models import Parcel, Shipment


class ParcelInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic when run
    """This lists the parcels of a shipment."""

    model = Parcel
    fields = ("number", "weight_grams", "contents")
    readonly_fields = fields
    extra = 0
    can_delete = False

    @admin.display(description="contents")
    def contents(self, parcel: Parcel) -> str:
        return ", ".join(str(item) for item in parcel.items.all())

    def has_add_permission(self, request: HttpRequest, obj: Shipment | None = None) -> bool:
        return False


@admin.register(Shipment)
class ShipmentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when run
    """This shows shipments, the newest first."""

    list_display = ("shipment_id", "order_id", "state", "carrier", "tracking_number", "too_late_at")
    list_filter = ("state", "carrier", ("too_late_at", admin.EmptyFieldListFilter))
    search_fields = ("order_id", "shipment_id", "tracking_number")
    ordering = ("-requested_at",)
    inlines = (ParcelInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Shipment | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Shipment | None = None) -> bool:
        return False
