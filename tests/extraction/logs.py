"""The logs of both deployables, read side by side: order per key, and what comes of each order.

Events and commands of a key are looked at apart. A module's commands to itself are sent to nobody,
so what it asked of itself while it was elsewhere comes back later than the events that it told.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection
from contextlib import closing
from typing import Any

import psycopg

from modules.kernel.contracts import Kind
from modules.kernel.messaging.catalogue import message_classes

_MESSAGES = "SELECT source, key, name, message_id FROM messaging_message ORDER BY id"
_DATA = "SELECT data FROM messaging_message WHERE name = '{name}'"

Key = tuple[str, str, Kind]


def messages_of(url: str) -> dict[Key, list[tuple[str, str]]]:
    """This gives names and ids of a log's messages by source, key and kind, in its order."""
    kinds = {one.contract.name: one.contract.kind for one in message_classes()}
    found: dict[Key, list[tuple[str, str]]] = defaultdict(list)
    for source, key, name, message_id in _rows(url):
        found[source, key, kinds[name]].append((name, str(message_id).replace("-", "")))
    return found


def check_order_per_key(one_url: str, other_url: str) -> None:
    """This fails where the messages of a key that two logs have are in two orders."""
    one, other = messages_of(one_url), messages_of(other_url)
    for key in one.keys() & other.keys():
        both = set(one[key]) & set(other[key])
        orders = [[message for message in log[key] if message in both] for log in (one, other)]
        assert orders[0] == orders[1], f"{key} is in two orders: {orders}"


def check_all_alike(url: str, orders: Collection[str]) -> None:
    """This fails unless of every order came the same messages, in the same order per source.

    All are for one piece, and all are fulfilled: what one has more was doubled, what it has less
    was lost.
    """
    alike: dict[tuple[tuple[str, tuple[str, ...]], ...], list[str]] = defaultdict(list)
    of_order: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for (source, key, kind), messages in messages_of(url).items():
        of_order[key][f"{source} {kind}"] = tuple(name for name, _ in messages)
    for order in orders:
        alike[tuple(sorted(of_order[order].items()))].append(order)
    assert len(alike) == 1, {shape: some[:3] for shape, some in alike.items()}


def data_of(url: str, name: str) -> list[str]:
    """This gives the data of all messages of a name, as JSON."""
    return [str(row[0]) for row in _rows(url, _DATA.format(name=name))]


def _rows(url: str, sql: str = _MESSAGES) -> list[tuple[Any, ...]]:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as file:
            return file.execute(sql).fetchall()
    with psycopg.connect(url) as connection:
        return connection.execute(sql.encode()).fetchall()
