"""Two deployables of the real system, each with a worker and a database, and a broker between."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.brokers.transports import Tried
from tests.faults.processes import Process, run_to_end
from tests.faults.waiting import wait_until

OTHERS = (
    "catalog",
    "ordering",
    "payments",
    "inventory",
    "shipping",
    "partners",
    "gateway",
    "console",
)

#: Appends an event of ordering in the shop's log, as its web process would.
PUBLISH = """
from modules.kernel.messaging import unit_of_work
from modules.ordering.contracts import OrderCancelled
with unit_of_work("ordering") as work:
    work.append(OrderCancelled(order_id="order-1"))
"""


@pytest.fixture
def deployables(broker: Tried, prefix: str, tmp_path: Path) -> Iterator[Mapping[str, Path]]:
    """This runs a worker of notifications and one of all the others; gives their folders."""
    started: list[Process] = []
    folders: dict[str, Path] = {}
    for name, here in {"mail": "notifications", "shop": ",".join(OTHERS)}.items():
        folder = tmp_path / name
        folder.mkdir()
        folders[name] = folder
        env = environment(folder) | {
            "QUARRY_BROKER_URL": broker.url,
            "QUARRY_BROKER_PREFIX": prefix,
            "QUARRY_DEPLOYABLE": name,
            "QUARRY_MODULES": here,
        }
        run_to_end(("manage.py", "migrate", "--verbosity=0"), env, tmp_path / f"{name}.migrate")
        started.append(Process(("manage.py", "worker"), env, tmp_path / f"{name}.worker"))
    for process in started:
        process.wait_for_output("is running")
    yield folders
    for process in started:
        process.kill()


def environment(folder: Path) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
        "DATABASE_URL": f"sqlite:///{folder}/quarry.sqlite3",
        "QUARRY_VAR": str(folder),
    }


def test_a_mail_is_recorded_where_notifications_runs(deployables: Mapping[str, Path]) -> None:
    shop = deployables["shop"]
    run_to_end(("manage.py", "shell", "-c", PUBLISH), environment(shop), shop / "publish")

    def recorded() -> list[tuple[str, str]]:
        file = deployables["mail"] / "quarry.sqlite3"
        with closing(sqlite3.connect(file, timeout=20)) as connection:
            query = "SELECT order_id, kind FROM notifications_mail"
            return connection.execute(query).fetchall()

    wait_until(lambda: recorded() == [("order-1", "cancelled")], what="the mail is recorded")
