"""Keeping ordering's own copy of the catalogue (event-carried state transfer)."""

from modules.catalog.contracts import ProductChanged
from modules.kernel.messaging import unit_of_work
from modules.ordering.domain.copies import Outcome
from modules.ordering.models import KnownProduct


def note_product(news: ProductChanged) -> Outcome:
    """This takes over a product's state where it is newer than the copy's."""
    state = {
        "name": news.name,
        "unit_price_minor": news.unit_price_minor,
        "currency": news.currency,
        "revision": news.revision,
    }
    with unit_of_work("ordering"):
        older = KnownProduct.objects.filter(sku=news.sku, revision__lt=news.revision)
        if older.update(**state):
            return Outcome.APPLIED
        _, is_new = KnownProduct.objects.get_or_create(sku=news.sku, defaults=state)
        return Outcome.APPLIED if is_new else Outcome.STALE
