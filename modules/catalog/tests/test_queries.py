"""Catalog's published interface, asked as another module asks it."""

import pytest

from modules.catalog.contracts import Catalog, Product, UnknownProduct
from modules.catalog.domain import ProductDetails
from modules.catalog.use_cases import put_product
from modules.kernel import interfaces
from modules.kernel.contracts import Invalid

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalog() -> Catalog:
    for sku, name, category in [
        ("C-1", "Côte de Blaye", "Drinks"),
        ("B-2", "Côte d'Azur 100% grape", "Drinks"),
        ("A-3", "Slate board", "Table"),
    ]:
        put_product(
            ProductDetails(
                sku=sku, name=name, category=category, unit_price_minor=100, currency="EUR"
            )
        )
    return interfaces.get(Catalog)


def skus(products: tuple[Product, ...]) -> list[str]:
    return [product.sku for product in products]


class TestCatalog:
    def test_gives_the_products_of_skus_and_leaves_out_what_is_none(self, catalog: Catalog) -> None:
        assert skus(catalog.named(skus=("C-1", "A-3", "none", "\x00"))) == ["A-3", "C-1"]

    def test_refuses_more_skus_than_fit_on_a_page(self, catalog: Catalog) -> None:
        with pytest.raises(Invalid, match="at most 200"):
            catalog.named(skus=tuple(map(str, range(201))))

    def test_gives_one_product(self, catalog: Catalog) -> None:
        assert catalog.product(sku="A-3") == Product(
            sku="A-3", name="Slate board", category="Table", unit_price_minor=100, currency="EUR"
        )

    @pytest.mark.parametrize("sku", ["none", "a-3", "no sku", "\x00"])
    def test_says_that_a_product_is_unknown(self, catalog: Catalog, sku: str) -> None:
        with pytest.raises(UnknownProduct) as unknown:
            catalog.product(sku=sku)
        assert unknown.value.facts == {"sku": sku}

    def test_names_the_categories_once_each_in_order(self, catalog: Catalog) -> None:
        assert catalog.categories() == ("Drinks", "Table")

    def test_pages_through_all_products_in_sku_order(self, catalog: Catalog) -> None:
        first = catalog.products(limit=2)
        assert (skus(first.products), first.next_cursor) == (["A-3", "B-2"], "B-2")

        last = catalog.products(limit=2, cursor="B-2")
        assert (skus(last.products), last.next_cursor) == (["C-1"], None)

    def test_has_no_next_page_when_the_last_is_full(self, catalog: Catalog) -> None:
        assert catalog.products(limit=3).next_cursor is None

    def test_narrows_by_category(self, catalog: Catalog) -> None:
        assert skus(catalog.products(category="Drinks").products) == ["B-2", "C-1"]

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("blaye COTE", ["C-1"]),
            ("cote", ["B-2", "C-1"]),
            ("cote board", []),
            ("100%", ["B-2"]),
            ("%", ["B-2"]),
            ("_", []),
        ],
    )
    def test_finds_products_whose_name_has_all_the_words(
        self, catalog: Catalog, search: str, found: list[str]
    ) -> None:
        assert skus(catalog.products(search=search).products) == found

    @pytest.mark.parametrize("limit", [0, -1, 201])
    def test_refuses_a_page_of_a_wrong_size(self, catalog: Catalog, limit: int) -> None:
        with pytest.raises(Invalid, match="between 1 and 200"):
            catalog.products(limit=limit)
