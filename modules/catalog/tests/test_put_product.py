"""`put_product`: rows and the news about them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from modules.catalog.contracts import ProductChanged
from modules.catalog.domain import ProductDetails
from modules.catalog.models import Product
from modules.catalog.use_cases import PutOutcome, put_product
from modules.kernel.messaging.testing import messages


def board(*, unit_price_minor: int = 3900) -> ProductDetails:
    return ProductDetails(
        sku="QRY-1",
        name="Slate board",
        category="Table",
        unit_price_minor=unit_price_minor,
        currency="USD",
    )


def news(*, unit_price_minor: int, revision: int) -> ProductChanged:
    return ProductChanged(
        sku="QRY-1",
        name="Slate board",
        category="Table",
        unit_price_minor=unit_price_minor,
        currency="USD",
        revision=revision,
    )


@pytest.mark.django_db
class TestPutProduct:
    def test_announces_a_new_product_with_its_full_state(self) -> None:
        assert put_product(board()) is PutOutcome.CREATED

        assert messages(ProductChanged) == [news(unit_price_minor=3900, revision=1)]

    def test_raises_the_revision_with_each_change(self) -> None:
        put_product(board())

        assert put_product(board(unit_price_minor=4200)) is PutOutcome.REPLACED

        assert Product.objects.get(sku="QRY-1").revision == 2
        assert messages(ProductChanged)[1:] == [news(unit_price_minor=4200, revision=2)]

    def test_publishes_nothing_when_nothing_changes(self) -> None:
        put_product(board())

        assert put_product(board()) is PutOutcome.UNCHANGED

        assert len(messages(ProductChanged)) == 1


@pytest.mark.django_db(transaction=True)
class TestPutProductAtOnce:
    def test_gives_each_change_a_revision_of_its_own(self) -> None:
        def put(price: int) -> None:
            put_product(board(unit_price_minor=price))
            connections.close_all()

        with ThreadPoolExecutor(max_workers=6) as clerks:
            list(clerks.map(put, range(1, 25)))

        changes = messages(ProductChanged)
        assert [change.revision for change in changes] == list(range(1, 25))
        assert Product.objects.get(sku="QRY-1").unit_price_minor == changes[-1].unit_price_minor
