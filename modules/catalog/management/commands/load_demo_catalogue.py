"""`manage.py load_demo_catalogue`: something to buy in a shop that was just set up."""

import tomllib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from modules.catalog.domain import ProductDetails
from modules.catalog.queries import known_skus
from modules.catalog.use_cases import put_product

_PRODUCTS = Path(__file__).parents[2] / "demo_products.toml"


class Command(BaseCommand):
    """This announces the demo products that are not there yet."""

    help = "Announce the demo products. A product that exists is left as it is."
    # `make run` has just migrated, with all checks; once more would double the wait.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        demo = tomllib.loads(_PRODUCTS.read_text(encoding="utf-8"))
        products = [
            ProductDetails(currency=demo["currency"], **product) for product in demo["products"]
        ]
        # Only the missing ones: a price changed by hand must survive the next `make run`.
        known = known_skus(skus=tuple(product.sku for product in products))
        missing = [product for product in products if product.sku not in known]
        for product in missing:
            put_product(product)
        self.stdout.write(f"demo catalogue: {len(missing)} announced, {len(known)} there already")
