"""The write side: one use case, `put_product`, one transaction.

Called by the views, the admin and the demo catalogue; appends ProductChanged to the log
in the same transaction as the row (P2).
"""

from enum import StrEnum

from modules.catalog.contracts import ProductChanged
from modules.catalog.domain import ProductDetails, searchable
from modules.catalog.models import Product
from modules.kernel.messaging import unit_of_work


class PutOutcome(StrEnum):
    """This tells what a put has done."""

    CREATED = "created"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


def put_product(details: ProductDetails) -> PutOutcome:
    """This announces a product, or replaces what is known of it.

    A put that changes nothing publishes nothing: the revision counts changes, not requests.
    """
    values = {
        "name": details.name,
        "search_name": searchable(details.name),
        "category": details.category,
        "unit_price_minor": details.unit_price_minor,
        "currency": details.currency,
    }
    with unit_of_work("catalog") as work:
        # Locked: of two puts at once the second must build on the first one's revision,
        # or both would publish the same number and readers would drop one of them.
        product, created = Product.objects.select_for_update().get_or_create(
            sku=details.sku, defaults=values | {"revision": 1}
        )
        if not created:
            if all(getattr(product, field) == value for field, value in values.items()):
                return PutOutcome.UNCHANGED
            for field, value in values.items():
                setattr(product, field, value)
            product.revision += 1
            product.save()
        work.append(
            ProductChanged(
                sku=product.sku,
                name=product.name,
                category=product.category,
                unit_price_minor=product.unit_price_minor,
                currency=product.currency,
                revision=product.revision,
            )
        )
    return PutOutcome.CREATED if created else PutOutcome.REPLACED
