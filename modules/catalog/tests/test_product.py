"""The rules of a product, without a database."""

import pytest

from modules.catalog.domain import InvalidProduct, ProductDetails, is_sku, searchable, words_of


def details(**changes: object) -> ProductDetails:
    values: dict[str, object] = {
        "sku": "QRY-1",
        "name": "Slate board",
        "category": "Table",
        "unit_price_minor": 3900,
        "currency": "USD",
    }
    return ProductDetails(**values | changes)  # type: ignore[arg-type]  # wrong on purpose


class TestProductDetails:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("sku", ""),
            ("sku", "with space"),
            ("sku", "-begins-with-a-dash"),
            ("sku", "A" * 65),
            ("sku", "A\n"),
            ("name", "  "),
            ("name", "n" * 201),
            ("category", ""),
            ("unit_price_minor", -1),
            ("unit_price_minor", 1_000_000_001),
            ("currency", "usd"),
            ("currency", "EURO"),
        ],
    )
    def test_refuses_a_field_that_breaks_its_rule(self, field: str, value: object) -> None:
        with pytest.raises(InvalidProduct, match=f"^{field} ") as refusal:
            details(**{field: value})
        assert refusal.value.facts["field"] == field

    def test_lets_a_product_be_given_away(self) -> None:
        assert details(unit_price_minor=0).unit_price_minor == 0


class TestSku:
    @pytest.mark.parametrize("text", ["A", "NW-001", "a.b_c-9", "9" * 64])
    def test_is_letters_digits_dots_dashes_and_underscores(self, text: str) -> None:
        assert is_sku(text)


class TestSearchable:
    def test_folds_case_and_accents(self) -> None:
        assert searchable("CÔTE de Blaye") == "cote de blaye"

    def test_folds_what_has_no_single_capital(self) -> None:
        assert searchable("Straße") == searchable("STRASSE")

    def test_splits_a_query_at_any_space(self) -> None:
        assert words_of("  Blaye\tCôte ") == ("blaye", "cote")
