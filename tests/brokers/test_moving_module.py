"""A module moves between two running workers, each with a database, and comes back.

What is moved here by hand is moved by `manage.py cutover`; this is about the workers, which nobody
tells of it and nobody restarts.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connections
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from modules.kernel.messaging import unit_of_work
from modules.kernel.messaging.leases import make_partitions
from modules.kernel.placements import (
    EVERYBODY_KNOWS_SECONDS,
    State,
    place,
    without_credentials,
)
from modules.ordering.contracts import OrderCancelled
from tests.brokers.conftest import Brokers
from tests.brokers.test_worker import environment
from tests.faults.processes import Process, run_to_end
from tests.faults.waiting import wait_until

#: Nobody is asked there in this test.
URL = "http://127.0.0.1:9"

MODULE = "notifications"


@dataclass
class Deployable:
    """This is a deployable with its worker; the test knows its database under its name."""

    name: str
    folder: Path
    env: dict[str, str]

    @property
    def file(self) -> Path:
        return self.folder / "quarry.sqlite3"

    def run(self, *arguments: str) -> None:
        run_to_end(("manage.py", *arguments), self.env, self.folder / "commands")

    def publish(self, order: str) -> None:
        with (
            override_settings(QUARRY_DATABASES={"ordering": self.name}),
            unit_of_work("ordering") as work,
        ):
            work.append(OrderCancelled(order_id=order))

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.file, timeout=20)) as connection:
            return connection.execute(query).fetchall()

    def mails(self) -> list[object]:
        return [row[0] for row in self.ask("SELECT order_id FROM notifications_mail ORDER BY id")]

    def head(self) -> int:
        return int(str(self.ask("SELECT coalesce(max(id), 0) FROM messaging_message")[0][0]))

    def holds(self, consumer: str) -> bool:
        return bool(
            self.ask(
                f"SELECT 1 FROM messaging_partition WHERE consumer = '{consumer}' AND owner <> ''"
            )
        )


@contextmanager
def deployable(
    name: str, folder: Path, env: dict[str, str], blocker: DjangoDbBlocker
) -> Iterator[Deployable]:
    folder.mkdir()
    made = Deployable(name, folder, environment(folder) | env)
    made.run("migrate", "--verbosity=0")
    configured = connections.configure_settings(
        {
            "default": {},
            name: {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(made.file),
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
            },
        }
    )
    connections.settings[name] = configured[name]
    worker = Process(("manage.py", "worker"), made.env, folder / "worker")
    try:
        worker.wait_for_output("is running")
        with blocker.unblock():
            yield made
    finally:
        worker.kill()
        connections[name].close()
        del connections[name], connections.settings[name]


def everybody_knows() -> None:
    """This waits as the mover does: for time to pass, since there is nobody to ask."""
    threading.Event().wait(EVERYBODY_KNOWS_SECONDS)


@pytest.mark.timeout(240)
def test_both_workers_follow_it_without_a_restart_and_each_mail_is_recorded_once(
    brokers: Brokers, prefix: str, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    url = brokers["rabbitmq"].url
    crossing = {"QUARRY_BROKER_PREFIX": prefix}
    with ExitStack() as until:
        shop = until.enter_context(
            deployable("shop", tmp_path / "shop", crossing, django_db_blocker)
        )
        mail = until.enter_context(
            deployable(
                "mail",
                tmp_path / "mail",
                crossing
                | {
                    "QUARRY_BROKER_URL": url,
                    "QUARRY_DEPLOYABLE": "mail",
                    "QUARRY_MODULES": MODULE,
                    "QUARRY_AWAITED_MODULES": MODULE,
                },
                django_db_blocker,
            )
        )
        shop.publish("before")
        wait_until(lambda: shop.mails() == ["before"], what="the first mail is recorded")
        mail.run("listen")
        assert mail.ask("SELECT count(*) FROM messaging_partition") == [(0,)]

        # Out: the shop has no broker by its settings, and learns of it from the placement.
        place(MODULE, state=State.FENCED, epoch=1, using="shop")
        everybody_knows()
        wait_until(lambda: not shop.holds(MODULE), what="the shop gives its partitions back")
        cut = shop.head()
        shop.publish("in between")
        make_partitions(database="shop", consumer="relay", source="default", start=cut)
        place(
            MODULE,
            state=State.ELSEWHERE,
            epoch=1,
            url=URL,
            broker_url=without_credentials(url),
            using="shop",
        )
        place(MODULE, state=State.HERE, epoch=1, using="mail")
        wait_until(lambda: mail.mails() == ["in between"], what="the second is recorded there")

        # And back.
        place(MODULE, state=State.FENCED, epoch=2, using="mail")
        everybody_knows()
        wait_until(lambda: not mail.holds(MODULE), what="the other gives its partitions back")
        with connections["shop"].cursor() as cursor:
            cursor.execute(
                "UPDATE messaging_partition SET checkpoint = %s WHERE consumer = %s",
                [shop.head(), MODULE],
            )
        place(MODULE, state=State.ELSEWHERE, epoch=2, url=URL, using="mail")
        place(MODULE, state=State.HERE, epoch=2, using="shop")
        shop.publish("after")
        wait_until(lambda: shop.mails() == ["before", "after"], what="the third is recorded")
        wait_until(lambda: not shop.holds("relay"), what="the relay has ended")
        assert mail.mails() == ["in between"]
