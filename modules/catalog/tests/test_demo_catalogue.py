"""`manage.py load_demo_catalogue`."""

import pytest
from django.core.management import call_command

from modules.catalog import queries
from modules.catalog.contracts import ProductChanged
from modules.catalog.domain import ProductDetails
from modules.catalog.use_cases import put_product
from modules.kernel.messaging.testing import messages

pytestmark = pytest.mark.django_db


class TestLoadDemoCatalogue:
    def test_announces_a_shop_full_of_products(self) -> None:
        call_command("load_demo_catalogue", verbosity=0)

        assert len(messages(ProductChanged)) == 16
        assert queries.categories() == ("Bath", "Garden", "Kitchen", "Living", "Table")

    def test_leaves_a_product_that_was_changed_by_hand(self) -> None:
        call_command("load_demo_catalogue", verbosity=0)
        put_product(
            ProductDetails(
                sku="QRY-CHESS",
                name="Chess set, second hand",
                category="Living",
                unit_price_minor=100,
                currency="USD",
            )
        )

        call_command("load_demo_catalogue", verbosity=0)

        assert len(messages(ProductChanged)) == 17
        assert queries.product(sku="QRY-CHESS").unit_price_minor == 100
