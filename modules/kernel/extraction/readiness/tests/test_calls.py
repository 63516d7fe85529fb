"""Calls that would cross: each kind is planted, and found at its line with what to do."""

from pathlib import Path

import pytest

from modules.kernel.extraction.readiness.calls import (
    circles,
    costly_calls,
    transactions_of_others,
)
from modules.kernel.extraction.readiness.functions import Functions
from modules.kernel.extraction.readiness.tests.sources import sources
from modules.kernel.manifests import Manifest

ASKING = """\
from modules.kernel import interfaces
from modules.stock.contracts import Stock


def level(key):
    return interfaces.get(Stock).level(key=key)
"""


def found(root: Path, text: str, *, module: str = "gifts") -> list[tuple[str, int]]:
    """This gives the rules that a file of gifts, beside `ASKING`, breaks, with their lines."""
    files = sources(root, {"gifts/queries.py": ASKING, "gifts/use_cases.py": text})
    seen = costly_calls(module, Functions(files), root=root)
    return sorted((one.rule, one.line) for one in seen if one.path == "modules/gifts/use_cases.py")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("for key in keys:\n        queries.level(key)", 4),
        ("while keys:\n        queries.level(keys.pop())", 4),
        ("[queries.level(key) for key in keys]", 3),
        ("{key: queries.level(key) for key in keys}", 3),
        ("any(queries.level(key) for key in keys)", 3),
        ("[key for key in keys if queries.level(key)]", 3),
        ("for key in keys:\n        interfaces.get(Stock).level(key=key)", 4),
        ("for key in keys:\n        through(key)", 4),
    ],
)
class TestACallInALoop:
    def test_is_found(self, tmp_path: Path, text: str, line: int) -> None:
        head = "from modules.gifts import queries; from modules.kernel import interfaces"
        head += "; from modules.stock.contracts import Stock"
        tail = "\n\ndef through(key):\n    return queries.level(key)\n"
        assert found(tmp_path, f"{head}\ndef f(keys):\n    {text}\n{tail}") == [
            ("call-in-a-loop", line)
        ]

    def test_is_none_of_a_module_that_stays(self, tmp_path: Path, text: str, line: int) -> None:
        head = "from modules.gifts import queries"
        assert found(tmp_path, f"{head}\ndef f(keys):\n    {text}\n", module="desk") == []


class TestACallOutsideALoop:
    @pytest.mark.parametrize(
        "text",
        [
            "for key in queries.level(keys):\n        print(key)",
            "[key for key in queries.level(keys)]",
            "queries.level(keys)",
        ],
    )
    def test_is_let_pass(self, tmp_path: Path, text: str) -> None:
        head = "from modules.gifts import queries"
        assert found(tmp_path, f"{head}\ndef f(keys):\n    {text}\n") == []


class TestACallInATransaction:
    @pytest.mark.parametrize("opened", ['unit_of_work("gifts")', "atomic()"])
    def test_is_found(self, tmp_path: Path, opened: str) -> None:
        head = (
            "from modules.gifts.queries import level\n"
            "from modules.kernel.messaging import unit_of_work\n"
            "from django.db.transaction import atomic\n"
        )
        text = f"{head}def f():\n    with {opened}:\n        level(1)\n    level(2)\n"
        assert found(tmp_path, text) == [("call-in-a-transaction", 6)]


class TestATransactionOfAnother:
    TEXT = (
        "from modules.kernel.messaging import unit_of_work\n\n\n"
        'def f():\n    with unit_of_work("stock"):\n        pass\n'
    )

    @pytest.mark.parametrize("module", ["gifts", "stock"])
    def test_blocks_both(self, tmp_path: Path, module: str) -> None:
        texts = {"gifts/use_cases.py": self.TEXT, "stock/queries.py": ""}
        functions = Functions(sources(tmp_path, texts))
        [one] = transactions_of_others(module, functions, root=tmp_path)
        assert (one.blocks, one.place) == (True, "modules/gifts/use_cases.py:5")
        assert "send stock a command" in one.advice

    def test_is_none_of_its_own(self, tmp_path: Path) -> None:
        functions = Functions(sources(tmp_path, {"stock/use_cases.py": self.TEXT}))
        assert list(transactions_of_others("stock", functions, root=tmp_path)) == []

    @pytest.mark.parametrize("imported", ["messaging", "messaging.unit_of_work"])
    @pytest.mark.parametrize(("argument", "blocks"), [('"stock"', 1), ("name", 0)])
    def test_is_told_from_what_stands_beside_it_and_from_a_variable(
        self, tmp_path: Path, imported: str, argument: str, blocks: int
    ) -> None:
        text = (
            f"from modules.kernel.{imported} import unit_of_work\n"
            "from modules.kernel.messaging.unit_of_work import database_of_module\n\n\n"
            f"def f(name):\n    database_of_module({argument})\n    unit_of_work({argument})\n"
        )
        texts = {"gifts/use_cases.py": text, "stock/queries.py": ""}
        found = transactions_of_others("gifts", Functions(sources(tmp_path, texts)), root=tmp_path)
        assert [one.line for one in found] == [7] * blocks


def manifest(name: str, *requires: str) -> Manifest:
    return Manifest(name=name, title="", summary="", requires=requires)


class TestCircles:
    def test_of_modules_block_and_are_told_as_a_way(self, tmp_path: Path) -> None:
        manifests = (
            manifest("gifts", "stock.Stock"),
            manifest("stock", "place.Place"),
            manifest("place", "gifts.Gifts"),
        )
        functions = Functions(sources(tmp_path, {"gifts/queries.py": ASKING}))
        [one] = circles("gifts", manifests, functions, root=tmp_path)
        assert (one.rule, one.blocks) == ("circle-of-modules", True)
        assert one.detail.startswith("gifts asks stock asks place asks gifts")
        assert one.place == "modules/gifts/queries.py:6"

    def test_of_processes_are_told_and_do_not_block(self, tmp_path: Path) -> None:
        manifests = (manifest("gifts", "stock.Stock"), manifest("desk", "gifts.Gifts"))
        functions = Functions(sources(tmp_path, {"gifts/queries.py": ASKING}))
        [one] = circles("gifts", manifests, functions, root=tmp_path)
        assert (one.rule, one.blocks) == ("circle-of-processes", False)
        assert "desk here would ask gifts, which asks stock here" in one.detail

    @pytest.mark.parametrize("module", ["desk", "stock"])
    def test_are_none_where_calls_go_one_way(self, tmp_path: Path, module: str) -> None:
        manifests = (
            manifest("gifts", "stock.Stock"),
            manifest("desk", "gifts.Gifts"),
            manifest("stock"),
        )
        functions = Functions(sources(tmp_path, {"gifts/queries.py": ASKING}))
        assert list(circles(module, manifests, functions, root=tmp_path)) == []
