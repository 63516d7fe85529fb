"""Reads on a streaming replica: it is stopped and started under load, and reads go on."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
import urllib3

from modules.kernel.http.testing import bearer
from tests.browser.system import running_system
from tests.faults.waiting import wait_until
from tests.services.postgres import embedded_server, url_of
from tests.services.replica import Replica, streaming_replica
from tests.services.rule import ServiceMissing, missing

pytestmark = pytest.mark.slow

#: With a slot to spare for a replica that is away; the rest is PostgreSQL's own default.
_READS_BETWEEN = 15


class System:
    """This is the running system, its replica, and what readers have seen of them."""

    def __init__(self, address: str, replica: Replica) -> None:
        self.address = address
        self.replica = replica
        self.http = urllib3.PoolManager(retries=False, timeout=20)
        self.answers: list[tuple[int, dict[str, str], Any]] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, daemon=True),
            threading.Thread(target=self._read, daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def put(self, sku: str, on_hand: int) -> str:
        """This changes the stock of a SKU, and gives the write's token."""
        answer = self.http.request(
            "PUT",
            f"{self.address}/api/v1/inventory/{sku}",
            body=json.dumps({"on_hand": on_hand}),
            headers={"Content-Type": "application/json", **bearer()},
        )
        assert answer.status in (200, 201), answer.data
        token: str = answer.headers["X-Write-Token"]
        return token

    def get(self, sku: str = "load", **headers: str) -> tuple[int, dict[str, str], Any]:
        """This asks what is available, and gives status, headers and body."""
        answer = self.http.request(
            "GET", f"{self.address}/api/v1/availability?sku={sku}", headers=headers
        )
        return answer.status, dict(answer.headers.items()), answer.json()

    def reads_from(self, where: str) -> None:
        """This waits until so many reads in a row have come from one place."""

        def settled() -> bool:
            last = self.answers[-_READS_BETWEEN:]
            return len(last) == _READS_BETWEEN and all(
                headers.get("X-Read-From") == where for _, headers, _ in last
            )

        self.answers.clear()
        wait_until(settled, what=f"reads come from the {where}")

    def _write(self) -> None:
        number = 0
        while not self._stop.wait(0.02):
            number += 1
            self.put("load", number)

    def _read(self) -> None:
        while not self._stop.wait(0.01):
            self.answers.append(self.get())


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder: Path = tmp_path_factory.mktemp("replica")
    with ExitStack() as stack:
        try:
            primary = stack.enter_context(embedded_server())
            replica = stack.enter_context(streaming_replica(primary))
        except ServiceMissing as error:
            missing(str(error))
        address = stack.enter_context(
            running_system(
                folder,
                DATABASE_URL=url_of(primary),
                REPLICA_DATABASE_URL=replica.url,
                REPLICA_MAX_STALENESS_SECONDS="3",
            )
        )
        running = System(address, replica)
        running.start()
        stack.callback(running.stop)
        yield running


class TestAReplica:
    def test_is_read_and_says_how_stale_it_is(self, system: System) -> None:
        system.reads_from("replica")
        assert all(status == 200 for status, _, _ in system.answers)
        assert all(int(headers["X-Read-Staleness-Ms"]) < 3_000 for _, headers, _ in system.answers)

    def test_has_ones_own_writes_where_a_token_asks_for_them(self, system: System) -> None:
        system.reads_from("replica")
        for number in range(1, 21):
            token = system.put("mine", number)
            status, _, body = system.get("mine", **{"X-Write-Token": token})
            assert (status, body["levels"][0]["on_hand"]) == (200, number)

    def test_is_passed_over_while_it_is_away_and_read_again_after(self, system: System) -> None:
        system.reads_from("replica")
        system.answers.clear()
        system.replica.stop()
        before = list(system.answers)
        system.reads_from("primary")
        assert {headers["X-Read-Note"] for _, headers, _ in system.answers[-5:]} == {
            "replica-unreachable"
        }
        seen = before + list(system.answers)
        system.replica.start()
        system.reads_from("replica")
        seen += list(system.answers)
        assert [status for status, _, _ in seen if status != 200] == []
        assert all("X-Read-Staleness-Ms" in headers for _, headers, _ in seen)

    def test_is_passed_over_once_it_is_too_far_behind(self, system: System) -> None:
        system.reads_from("replica")
        with psycopg.connect(system.replica.url, autocommit=True) as connection:
            connection.execute("SELECT pg_wal_replay_pause()")
            try:
                began = time.monotonic()
                stale: list[int] = []
                while time.monotonic() - began < 30:
                    status, headers, _ = system.get()
                    assert status == 200
                    if headers["X-Read-From"] == "primary":
                        break
                    stale.append(int(headers["X-Read-Staleness-Ms"]))
                assert headers["X-Read-Note"].endswith("s-behind")
                assert max(stale) >= 1_000
                assert max(stale) <= 6_000
                token = system.put("mine", 99)
                status, _, body = system.get("mine", **{"X-Write-Token": token})
                assert (status, body["levels"][0]["on_hand"]) == (200, 99)
            finally:
                connection.execute("SELECT pg_wal_replay_resume()")
        system.reads_from("replica")
