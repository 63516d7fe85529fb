"""`manage.py load_demo_stock`: something on the shelves of a shop that was just set up."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.catalog.contracts import Catalog
from modules.inventory.queries import levels
from modules.inventory.use_cases import put_stock
from modules.kernel import interfaces

_ON_HAND = 40


class Command(BaseCommand):
    """This puts stock of each SKU that inventory has never heard of."""

    help = "Put stock of new SKUs: of those named, or of all in the catalogue."
    # `make run` has just migrated, with all checks; once more would double the wait.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("skus", nargs="*", metavar="SKU[=QUANTITY]")
        parser.add_argument("--on-hand", type=int, default=_ON_HAND, metavar="QUANTITY")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = dict(_wanted(options["skus"], options["on_hand"]))
        # Only what is new: what was sold must stay sold at the next `make run`.
        known = {level.sku for level in levels()}
        for sku, on_hand in wanted.items():
            if sku not in known:
                put_stock(sku=sku, on_hand=on_hand)
        there = len(wanted.keys() & known)
        self.stdout.write(f"demo stock: {len(wanted) - there} put, {there} there already")


def _wanted(named: list[str], on_hand: int) -> Iterator[tuple[str, int]]:
    for name in named or _all_skus():
        sku, _, quantity = name.partition("=")
        if quantity and not quantity.isdecimal():
            raise CommandError(f"{name}: a quantity is a whole number, such as {sku}=40")
        yield sku, int(quantity or on_hand)


def _all_skus() -> Iterator[str]:
    catalog = interfaces.get(Catalog)
    cursor: str | None = ""
    while cursor is not None:
        page = catalog.products(cursor=cursor, limit=200)
        yield from (product.sku for product in page.products)
        cursor = page.next_cursor
