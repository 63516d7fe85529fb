import re

import pytest
from django.test import Client

from modules.kernel.pages.content_policy import POLICY
from modules.kernel.pages.templatetags.pages import duration, money


class TestMoney:
    @pytest.mark.parametrize(
        ("amount_minor", "currency", "expected"),
        [
            (123450, "USD", "$1,234.50"),
            (5, "EUR", "€0.05"),
            (-1999, "GBP", "−£19.99"),
            (1500, "JPY", "¥1,500"),
            (1500, "KWD", "1.500 KWD"),
            (None, "USD", "–"),
        ],
    )
    def test_is_written_as_people_write_it(
        self, amount_minor: int | None, currency: str, expected: str
    ) -> None:
        assert money(amount_minor, currency) == expected


class TestDuration:
    @pytest.mark.parametrize(
        ("seconds", "expected"),
        [
            (0.04, "0.0 s"),
            (9.94, "9.9 s"),
            (59.2, "59 s"),
            (59.7, "1 min"),
            (125, "2 min 5 s"),
            (3600, "1 h"),
            (200_000, "2 d 7 h"),
        ],
    )
    def test_is_written_by_its_two_largest_units(self, seconds: float, expected: str) -> None:
        assert duration(seconds) == expected


class TestContentPolicy:
    def test_allows_nothing_inline_and_no_other_host(self) -> None:
        assert "unsafe" not in POLICY
        assert not re.search(r"https?:|\*", POLICY)

    def test_leaves_the_pages_of_libraries_alone(self, client: Client) -> None:
        response = client.get("/api/docs/")
        assert "Content-Security-Policy" not in response.headers
