"""What the probe's tables tell: how often things happened, and what was made of it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

import psycopg

from tests.faults.waiting import wait_until


def happened(url: str) -> dict[str, list[int]]:
    """This gives, by thing, the numbers that each consumer must have heard, in order."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT name, count FROM probe_thing").fetchall()
    return {name: list(range(1, count + 1)) for name, count in rows}


def heard(url: str, module: str) -> dict[str, list[int]]:
    """This gives, by thing, the numbers that a module has heard, in the order of the effects."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            f"SELECT thing, number FROM {module}_effect ORDER BY thing, id"
        ).fetchall()
    return {thing: [row[1] for row in group] for thing, group in groupby(rows, lambda row: row[0])}


def count_of(url: str, table: str) -> int:
    """This counts the rows of a table."""
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


def wait_until_all_is_heard(
    url: str,
    *,
    module: str = "probe",
    in_database: str = "",
    seconds: float = 60.0,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """This waits until there are as many effects as things happened, then compares each.

    Args:
        in_database: URL of the module's own database, if it has one.
        meanwhile: called at each look, for example to restart what has died.
    """
    there = in_database or url

    def enough() -> bool:
        meanwhile()
        return count_of(there, f"{module}_effect") >= sum(map(len, happened(url).values()))

    wait_until(enough, what=f"{module} has heard of everything", seconds=seconds)
    assert heard(there, module) == happened(url), f"{module}: each once, in order"
