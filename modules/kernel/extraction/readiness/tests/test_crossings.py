"""Findings of the boundaries that are about one module, with the file that a person opens."""

from pathlib import Path

import pytest

from modules.kernel.boundaries.finding import Finding
from modules.kernel.extraction.readiness.crossings import crossings, imports_of_tests
from modules.kernel.extraction.readiness.tests.sources import sources


def finding(importer: str, imported: str, rule: str = "import") -> Finding:
    return Finding(rule=rule, importer=importer, imported=imported, detail="why", line=3)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("modules.gifts.models", "modules.stock.models"),
        ("modules.stock.models", "modules.gifts.models"),
        ("modules.stock.models", "gifts.Gift"),
        ("modules.stock.queries", "gifts_gift"),
        ("modules.gifts", "stock.Stock"),
    ],
)
def test_block_whichever_side_reaches(tmp_path: Path, importer: str, imported: str) -> None:
    sources(tmp_path, {"gifts/models.py": "", "gifts/module.toml": "", "stock/models.py": ""})
    [one] = crossings("gifts", [finding(importer, imported)], root=tmp_path)
    assert one.blocks
    assert one.advice


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("modules.desk.models", "modules.stock.models"),
        ("modules.giftshop.models", "modules.stock.models"),
    ],
)
def test_of_others_are_left_out(tmp_path: Path, importer: str, imported: str) -> None:
    assert list(crossings("gifts", [finding(importer, imported)], root=tmp_path)) == []


def test_name_the_file_that_a_person_opens(tmp_path: Path) -> None:
    sources(tmp_path, {"gifts/models.py": "", "gifts/module.toml": ""})
    found = crossings(
        "gifts",
        [finding("modules.gifts.models", "a"), finding("modules.gifts", "b", "undeclared-sends")],
        root=tmp_path,
    )
    assert [one.place for one in found] == [
        "modules/gifts/models.py:3",
        "modules/gifts/module.toml:3",
    ]


def test_of_tests_are_found_where_they_lean_on_another_module(tmp_path: Path) -> None:
    sources(
        tmp_path,
        {
            "gifts/tests/test_gifts.py": "import os\nfrom modules.stock.models import Thing\n",
            "gifts/use_cases.py": "from modules.stock.contracts import Stock\n",
            "stock/contracts/__init__.py": "",
        },
    )
    [one] = imports_of_tests("gifts", root=tmp_path)
    assert (one.blocks, one.place) == (True, "modules/gifts/tests/test_gifts.py:2")
