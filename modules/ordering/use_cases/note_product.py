"""Keeping ordering's own copy of the catalogue (event-carried state transfer)."""

from modules.catalog.contracts import ProductChanged
from modules.kernel.messaging import unit_of_work
from modules.ordering.domain.copies import Outcome
from modules.ordering.models import KnownProduct


def note_product(news: ProductChanged) -> Outcome:
    """This takes over a product's state where it is newer than the copy's."""
    with unit_of_work("ordering"):
        known = KnownProduct.objects.filter(sku=news.sku).first()
        if known is not None and known.revision >= news.revision:
            return Outcome.STALE
        KnownProduct.objects.update_or_create(
            sku=news.sku,
            defaults={
                "name": news.name,
                "unit_price_minor": news.unit_price_minor,
                "currency": news.currency,
                "revision": news.revision,
            },
        )
        return Outcome.APPLIED
