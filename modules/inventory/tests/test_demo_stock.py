"""`manage.py load_demo_stock`, with a catalogue that another module would provide."""

from dataclasses import dataclass

import pytest
from django.core.management import CommandError, call_command

from modules.catalog.contracts import Catalog, Product, ProductPage
from modules.inventory.contracts import PickStock
from modules.inventory.tests.orders import reserve, stock
from modules.inventory.use_cases import pick_stock, put_stock
from modules.kernel import interfaces

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class TwoPages:
    """This is a catalogue whose products come one to a page."""

    skus: tuple[str, ...] = ("A", "B")

    def products(self, *, cursor: str = "", limit: int = 50) -> ProductPage:
        sku, *rest = [sku for sku in self.skus if sku > cursor]
        product = Product(sku=sku, name=sku, category="C", unit_price_minor=1, currency="USD")
        return ProductPage(products=(product,), next_cursor=sku if rest else None)


@pytest.fixture(autouse=True)
def catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    def get(protocol: type) -> TwoPages:
        assert protocol is Catalog
        return TwoPages()

    monkeypatch.setattr(interfaces, "get", get)


class TestLoadDemoStock:
    def test_fills_the_shelves_for_the_whole_catalogue(self) -> None:
        call_command("load_demo_stock", verbosity=0)
        assert (stock("A"), stock("B")) == ((40, 0), (40, 0))

    def test_leaves_what_is_known_as_it_is(self) -> None:
        call_command("load_demo_stock", verbosity=0)
        reserve("o-1", A=3)
        pick_stock(PickStock(order_id="o-1"))

        call_command("load_demo_stock", verbosity=0)

        assert stock("A") == (37, 0)

    def test_takes_skus_and_quantities_from_the_command_line(self) -> None:
        put_stock(sku="D", on_hand=1)

        call_command("load_demo_stock", "C=7", "D=9", "E", on_hand=3)

        assert [stock(sku) for sku in "CDE"] == [(7, 0), (1, 0), (3, 0)]

    def test_refuses_a_quantity_that_is_none(self) -> None:
        with pytest.raises(CommandError, match="C=many"):
            call_command("load_demo_stock", "C=many")
