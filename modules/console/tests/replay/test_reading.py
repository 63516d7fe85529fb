"""Reading an order book: what is read, and how a bad file is named."""

from decimal import Decimal
from pathlib import Path

import pytest

from modules.console.replay import BadOrderBook, read_order_book

PRODUCTS = """\
sku,name,category,unit_price_minor,currency,units_in_stock
A,Apple,Fruit,100,USD,5
B,Beet,Roots,55,USD,0
E,Elder,Fruit,80,EUR,7
"""
ORDERS = """\
order_id,customer_id,ship_name,ship_address,ship_city,ship_region,ship_postal_code,ship_country
2,HUNGO,Hungry Owl,8 Johnstown Road,Cork,Co. Cork,,Ireland
1,VINET,Vins et alcools,"59, rue de l'Abbaye",Reims,,51100,France
"""
LINES = """\
order_id,sku,quantity,unit_price_minor,discount_percent
1,A,3,90,0
2,A,1,55,50
2,B,2,100,2.5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "products.csv").write_text(PRODUCTS)
    (tmp_path / "orders.csv").write_text(ORDERS)
    (tmp_path / "order_lines.csv").write_text(LINES)
    return tmp_path


class TestAGoodBook:
    def test_is_read_in_the_order_of_its_order_ids(self, folder: Path) -> None:
        book = read_order_book(folder)
        assert [order.number for order in book.orders] == [1, 2]

    def test_keeps_agreed_prices_and_discounts(self, folder: Path) -> None:
        second = read_order_book(folder).orders[1]
        assert [(line.unit_price_minor, line.discount_percent) for line in second.lines] == [
            (55, Decimal(50)),
            (100, Decimal("2.5")),
        ]

    def test_rounds_each_line_half_to_even(self, folder: Path) -> None:
        # 55 × 50% = 27.5 → 28; 2 × 100 × 97.5% = 195.
        assert read_order_book(folder).orders[1].total_minor == 28 + 195

    def test_leaves_an_unknown_postal_code_empty(self, folder: Path) -> None:
        assert read_order_book(folder).orders[1].ship_to.postal_code == ""

    def test_starts_with_its_stock_times_the_factor(self, folder: Path) -> None:
        book = read_order_book(folder).stocked(3)
        assert [product.units_in_stock for product in book.products] == [15, 0, 21]

    def test_can_be_cut_to_its_first_orders(self, folder: Path) -> None:
        assert [order.number for order in read_order_book(folder).first(1).orders] == [1]


class TestABadBook:
    @pytest.mark.parametrize(
        ("file", "old", "new", "complaint"),
        [
            (
                "products.csv",
                "A,Apple,Fruit,100,USD,5",
                "A,Apple,Fruit,1.00,USD,5",
                "products.csv, row 2, column unit_price_minor: '1.00' is not a whole number",
            ),
            (
                "products.csv",
                "USD,0",
                "USD,-1",
                "products.csv, row 3, column units_in_stock: -1 is below 0",
            ),
            (
                "products.csv",
                "B,Beet",
                "A,Beet",
                "products.csv, row 3, column sku: A stands in the file twice",
            ),
            (
                "products.csv",
                "currency,units_in_stock",
                "money,units_in_stock",
                "products.csv, row 1, column currency: it is missing",
            ),
            (
                "order_lines.csv",
                "2,A,1,55,50",
                "2,A,1,55,101",
                "order_lines.csv, row 3, column discount_percent: 101 is not in 0 to 100",
            ),
            (
                "order_lines.csv",
                "2,A,1,55,50",
                "2,A,1,55,nan",
                "order_lines.csv, row 3, column discount_percent: nan is not in 0 to 100",
            ),
            (
                "order_lines.csv",
                "2,B,2,100,2.5",
                "2,X,2,100,2.5",
                "order_lines.csv, row 4, column sku: X is not in products.csv",
            ),
            (
                "order_lines.csv",
                "2,B,2,100,2.5",
                "2,E,2,100,2.5",
                "order_lines.csv, row 4, column sku: E is not sold in USD like the order's others",
            ),
            (
                "order_lines.csv",
                "2,B,2,100,2.5",
                "3,B,2,100,2.5",
                "order_lines.csv, row 4, column order_id: 3 is not in orders.csv",
            ),
            (
                "order_lines.csv",
                "1,A,3,90,0",
                "1,A,0,90,0",
                "order_lines.csv, row 2, column quantity: 0 is below 1",
            ),
            (
                "orders.csv",
                "2,HUNGO",
                "2,",
                "orders.csv, row 2, column customer_id: it is empty",
            ),
            (
                "orders.csv",
                "1,VINET",
                "2,VINET",
                "orders.csv, row 3, column order_id: 2 stands in the file twice",
            ),
            (
                "orders.csv",
                "2,HUNGO",
                "9,HUNGO",
                "orders.csv, row 2, column order_id: 9 has no line in order_lines.csv",
            ),
            (
                "orders.csv",
                "Cork,Co. Cork,,Ireland",
                "Cork,Co. Cork,Ireland",
                "orders.csv, row 2: 7 values, but the header has 8 columns; "
                "is a comma or a quote missing?",
            ),
        ],
    )
    def test_is_refused_by_file_row_and_column(
        self, folder: Path, file: str, old: str, new: str, complaint: str
    ) -> None:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new))
        with pytest.raises(BadOrderBook) as refused:
            read_order_book(folder)
        assert str(refused.value) == complaint

    def test_names_a_file_that_is_missing(self, folder: Path) -> None:
        (folder / "orders.csv").unlink()
        with pytest.raises(BadOrderBook, match=r"orders\.csv: there is no such file"):
            read_order_book(folder)

    def test_names_a_file_that_is_not_utf8(self, folder: Path) -> None:
        (folder / "orders.csv").write_bytes(ORDERS.replace("Reims", "Münster").encode("latin-1"))
        with pytest.raises(BadOrderBook, match=r"orders\.csv: it is not UTF-8"):
            read_order_book(folder)
