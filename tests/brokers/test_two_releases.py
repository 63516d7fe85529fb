"""The last release and this one on one topic: each reads what the other sends.

What the checker lets pass works on every broker, and what it refuses really breaks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from modules.kernel.schemas import Edition, Mode, breaks
from modules.kernel.schemas.documents import message_document
from tests.brokers.deploying import SAID
from tests.brokers.editions import broken, new, old
from tests.brokers.transports import Tried
from tests.faults.processes import Process
from tests.faults.waiting import wait_until

Run = Callable[[str], Path]

OLD = Edition(at="the last release", schema=message_document(old.Priced))


@pytest.fixture
def run(broker: Tried, prefix: str, tmp_path: Path) -> Iterator[Run]:
    """This runs a release, listening and not speaking yet, and gives its folder."""
    started: list[Process] = []

    def run(edition: str) -> Path:
        folder = tmp_path / edition
        folder.mkdir()
        env = {
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "QUARRY_VAR": str(folder / "var"),
        }
        arguments = ("-m", "tests.brokers.deploying", edition, broker.url, prefix, str(folder))
        started.append(Process(arguments, env, tmp_path / f"{edition}.output"))
        return folder

    yield run
    for process in started:
        process.kill()


def wait_and_let_speak(*folders: Path) -> None:
    for folder in folders:
        wait_until((folder / "listens").exists, what=f"{folder.name} listens", seconds=60)
    for folder in folders:
        (folder / "speak").touch()


def rows(folder: Path, query: str) -> list[str]:
    with closing(sqlite3.connect(folder / "there.sqlite3", timeout=20)) as connection:
        return [row[0] for row in connection.execute(query)]


def heard(folder: Path) -> set[str]:
    return set(rows(folder, "SELECT subject FROM messaging_operatoraction"))


def parked(folder: Path) -> list[str]:
    return rows(folder, "SELECT error FROM messaging_setaside WHERE state = 'parked'")


def said(edition: str, *fields: str) -> set[str]:
    return {
        " ".join([f"thing={edition}-{n}", *(one.format(n=n) for one in fields)])
        for n in range(SAID)
    }


def test_an_old_consumer_and_a_new_one_read_each_other(run: Run) -> None:
    assert not list(breaks([OLD], message_document(new.Priced), Mode.FULL_TRANSITIVE))
    last, this = run("old"), run("new")
    wait_and_let_speak(last, this)
    wait_until(
        lambda: len(heard(last)) == len(heard(this)) == 2 * SAID,
        what="each hears both",
        seconds=60,
    )
    amount = "price_minor={n}"
    assert heard(last) == said("old", amount, "remark=") | said("new", amount, "remark=")
    assert heard(this) == said("old", amount, "currency=EUR") | said("new", amount, "currency=EUR")
    assert parked(last) == parked(this) == []


def test_what_the_checker_refuses_really_breaks_the_old_consumer(run: Run) -> None:
    assert list(breaks([OLD], message_document(broken.Priced), Mode.FULL_TRANSITIVE))
    last, this = run("old"), run("broken")
    wait_and_let_speak(last, this)
    wait_until(lambda: len(parked(last)) == SAID, what="the old one parks them", seconds=60)
    wait_until(lambda: len(heard(last)) == SAID, what="it hears its own", seconds=60)
    assert all("missing required field `price_minor`" in error for error in parked(last))
