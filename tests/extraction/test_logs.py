"""What the proofs look for in logs is seen where it is there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.extraction.logs import check_all_alike, check_order_per_key

RESERVED, PICKED = "inventory.stock_reserved", "inventory.stock_picked"
IN_ORDER = [("one", RESERVED), ("one", PICKED), ("two", RESERVED), ("two", PICKED)]


def log(file: Path, messages: list[tuple[str, str]]) -> str:
    """This makes a log with messages of keys; one of a name and a key has the same id in each."""
    columns = "id INTEGER PRIMARY KEY, source TEXT, key TEXT, name TEXT, message_id TEXT"
    with closing(sqlite3.connect(file)) as made, made:
        made.execute(f"CREATE TABLE messaging_message ({columns})")
        made.executemany(
            "INSERT INTO messaging_message (source, key, name, message_id) VALUES (?, ?, ?, ?)",
            [("inventory", key, name, f"{key}-{name}") for key, name in messages],
        )
    return f"sqlite:///{file}"


def test_orders_that_are_alike_pass(tmp_path: Path) -> None:
    one, other = log(tmp_path / "one", IN_ORDER), log(tmp_path / "other", IN_ORDER[1:])
    check_order_per_key(one, other)
    check_all_alike(one, ["one", "two"])


def test_two_messages_of_a_key_that_have_changed_places_are_seen(tmp_path: Path) -> None:
    one = log(tmp_path / "one", IN_ORDER)
    other = log(tmp_path / "other", [IN_ORDER[1], IN_ORDER[0], *IN_ORDER[2:]])
    with pytest.raises(AssertionError, match="is in two orders"):
        check_order_per_key(one, other)


@pytest.mark.parametrize("messages", [IN_ORDER[:-1], [*IN_ORDER, IN_ORDER[-1]]])
def test_a_message_that_was_lost_or_doubled_is_seen(
    messages: list[tuple[str, str]], tmp_path: Path
) -> None:
    with pytest.raises(AssertionError, match="stock_picked"):
        check_all_alike(log(tmp_path / "one", messages), ["one", "two"])
