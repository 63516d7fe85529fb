"""Availability: what can be bought of each SKU, kept from the news of the shelves.

Read by `queries.availability`. It may lag, and nothing is promised by it: whether an order
gets its goods is decided on the shelves themselves, under their locks.
"""

from collections.abc import Sequence
from typing import ClassVar

from django.db import models

from modules.inventory.contracts import StockLevelChanged
from modules.kernel.readmodels import Happened, Projection, Tables


class ShelfRow(models.Model):
    """This is one shelf as it was last heard of."""

    key = models.CharField(max_length=140, primary_key=True)
    sku = models.CharField(max_length=64)
    location = models.CharField(max_length=64)
    on_hand = models.BigIntegerField()
    reserved = models.BigIntegerField()
    changed_at = models.DateTimeField()

    objects: ClassVar[models.Manager["ShelfRow"]] = models.Manager()

    class Meta:
        managed = False
        db_table = "inventory_availability"
        indexes = (models.Index(fields=["sku"], name="inventory_availability_sku"),)


class Availability(Projection):
    """This keeps what is on the shelves."""

    name, module, version = "inventory.availability", "inventory", 1
    handles = (StockLevelChanged,)
    tables = (ShelfRow,)

    def project(self, events: Sequence[Happened], tables: Tables) -> None:
        # The last word on each shelf is all that counts.
        last = {(one.event.sku, one.event.location): one for one in events}
        shelf = tables.model(ShelfRow)
        tables[ShelfRow].bulk_create(
            (
                shelf(
                    key=f"{sku}|{location}",
                    sku=sku,
                    location=location,
                    on_hand=one.event.on_hand,
                    reserved=one.event.reserved,
                    changed_at=one.recorded_at,
                )
                for (sku, location), one in last.items()
            ),
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["on_hand", "reserved", "changed_at"],
        )
