"""A log dumped from one PostgreSQL and restored into a newer one, in the middle of its work."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker, Settings

from modules.kernel.messaging.logs import postgresql
from modules.kernel.messaging.logs.postgresql import PostgresqlLog
from modules.kernel.messaging.tests.probe import ThingHappened, publish
from tests.faults.effects import effect_consumer, effects_by_thing, make_effects
from tests.faults.scratch_database import aliased, make_log_tables, scratch_database
from tests.services.rule import missing

#: Of both: a consumer's checkpoints name the log by it.
ALIAS = "faults"

THINGS = 5
_TICK_LIMIT = 30


def publish_numbers(numbers: Sequence[int]) -> None:
    """This publishes in transactions of ten."""
    for first in range(0, len(numbers), 10):
        publish(
            *(
                ThingHappened(thing=f"thing-{number % THINGS}", number=number)
                for number in numbers[first : first + 10]
            )
        )


def tick(alias: str, times: int) -> None:
    log = PostgresqlLog(alias)
    assert log.lead()
    for _ in range(times):
        log.tick()
    log.resign()


def consume(alias: str) -> None:
    consumer = effect_consumer(alias, owner=alias)
    while consumer.step():
        pass
    consumer.close()


def dump_and_restore(source: str, target: str, script: Path) -> None:
    """This runs pg_dump and psql, as an operator would."""
    for tool in ("pg_dump", "psql"):
        if shutil.which(tool) is None:
            missing(f"{tool} is not installed")
    subprocess.run(["pg_dump", f"--file={script}", source], check=True)
    subprocess.run(
        ["psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={script}", target],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def positions(alias: str) -> list[int]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pos FROM messaging_position ORDER BY pos")
        return [row[0] for row in cursor.fetchall()]


class TestALogRestoredIntoAnotherCluster:
    def test_gives_each_message_one_position_and_one_effect(
        self,
        postgres_server: str,
        postgres18_server: str,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
        django_db_blocker: DjangoDbBlocker,
        tmp_path: Path,
    ) -> None:
        monkeypatch.setattr(postgresql, "TICK_LIMIT", _TICK_LIMIT)
        with django_db_blocker.unblock(), scratch_database(postgres_server) as old_url:
            settings.QUARRY_DATABASES = {"probe": ALIAS}
            with aliased(ALIAS, old_url):
                make_log_tables(ALIAS)
                make_effects(ALIAS)
                publish_numbers(range(1, 101))
                tick(ALIAS, times=2)  # 60 of 100: the dump is made in the middle of a snapshot.
                consume(ALIAS)
                publish_numbers(range(101, 121))
            with scratch_database(postgres18_server) as new_url:
                dump_and_restore(old_url, new_url, tmp_path / "dump.sql")
                with aliased(ALIAS, new_url):
                    assert len(positions(ALIAS)) == 2 * _TICK_LIMIT
                    publish_numbers(range(121, 141))
                    tick(ALIAS, times=6)
                    publish_numbers(range(141, 151))
                    tick(ALIAS, times=2)
                    consume(ALIAS)
                    assert positions(ALIAS) == list(range(1, 151))
                    assert effects_by_thing(ALIAS) == {
                        f"thing-{rest}": [n for n in range(1, 151) if n % THINGS == rest]
                        for rest in range(THINGS)
                    }
