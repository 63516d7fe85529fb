"""SQL on another module's table, found in the source."""

from pathlib import Path

import pytest

from modules.kernel.extraction.readiness.sql import sql_on_others
from modules.kernel.extraction.readiness.tests.sources import sources

OWNERS = {"gifts_gift": "gifts", "stock_thing": "stock"}


def places(root: Path, text: str, *, module: str = "gifts") -> list[str]:
    files = sources(root, {"gifts/queries.py": text})
    return [one.place for one in sql_on_others(module, files, OWNERS, root=root)]


@pytest.mark.parametrize(
    "text",
    [
        'SQL = "SELECT 1 FROM stock_thing"',
        "SQL = 'update \"stock_thing\" set a = 1'",
        'def f(a):\n    return f"DELETE FROM stock_thing WHERE id = {a}"',
        'SQL = """\n    SELECT 1\n      FROM gifts_gift JOIN stock_thing USING (id)"""',
    ],
)
@pytest.mark.parametrize("module", ["gifts", "stock"])
def test_is_found_whichever_of_the_two_goes(tmp_path: Path, text: str, module: str) -> None:
    [place] = places(tmp_path, text, module=module)
    assert place.startswith("modules/gifts/queries.py:")


@pytest.mark.parametrize(
    "text",
    [
        'SQL = "SELECT 1 FROM gifts_gift"',
        '"""It is told from stock_thing."""',
        'def f():\n    """It takes from stock_thing."""',
        "NAME = \"SELECT 'stock_thing'\"",
        'TABLES = ["stock_thing"]',
    ],
)
def test_is_not_found_in_what_is_none(tmp_path: Path, text: str) -> None:
    assert places(tmp_path, text) == []


def test_is_none_of_a_third_module(tmp_path: Path) -> None:
    assert places(tmp_path, 'SQL = "SELECT 1 FROM stock_thing"', module="desk") == []
