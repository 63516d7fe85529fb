"""A real order book, played over HTTP on a server of its own, with the embedded worker.

The book is Northwind's, which stands beside the repository; see its README for the numbers
that a run one after another must give.
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from modules.console.replay import Client, DisposableServer, token_source

ROOT = Path(__file__).resolve().parents[2]
NORTHWIND = ROOT.parent / "shared" / "data" / "northwind"

needs_northwind = pytest.mark.skipif(
    not NORTHWIND.is_dir(), reason=f"the Northwind order book is not at {NORTHWIND}"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DisposableServer]:
    with DisposableServer(manage=ROOT / "manage.py", folder=tmp_path) as server:
        yield server


Begin = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """This starts the command as an operator would, and leaves none running after the test."""
    with ExitStack() as stack:

        def begin(*arguments: object) -> subprocess.Popen[str]:
            replay = subprocess.Popen(
                [sys.executable, "manage.py", "replay_orders", *map(str, arguments), "--json"],
                cwd=ROOT,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.development"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(replay)
            stack.callback(replay.terminate)
            return replay

        yield begin


def report_of(replay: subprocess.Popen[str]) -> dict[str, Any]:
    """This waits for the end of a replay and gives its report; it must have passed its check."""
    output, progress = replay.communicate()
    assert replay.returncode == 0, f"{output}\n{progress}"
    report: dict[str, Any] = json.loads(output)
    return report


@needs_northwind
@pytest.mark.timeout(600)
class TestTheNorthwindOrderBook:
    def test_gives_the_known_numbers_when_played_one_after_another(self, begin: Begin) -> None:
        report = report_of(begin(NORTHWIND))
        assert report["fulfilled"] == 63
        assert report["failed"] == {"out-of-stock": 337}
        assert report["units_left"] == 1_526
        assert report["conserved"]

    @pytest.mark.slow
    def test_conserves_money_and_stock_when_played_sixteen_at_a_time(self, begin: Begin) -> None:
        report = report_of(begin(NORTHWIND, "--concurrency", 16, "--stock-factor", 3))
        assert report["fulfilled"] + sum(report["failed"].values()) == 400
        assert report["fulfilled"] > 63
        assert report["conserved"]

    @pytest.mark.slow
    def test_conserves_them_when_the_server_is_killed_in_the_middle(
        self, begin: Begin, server: DisposableServer
    ) -> None:
        replay = begin(
            NORTHWIND,
            *("--base-url", server.base_url),
            *("--concurrency", 8, "--stock-factor", 3, "--limit", 160),
        )
        watching = Client(server.base_url, token=token_source())
        for placed in (40, 100):
            wait_for_orders(watching, replay, count=placed)
            server.kill()
            server.start()
        watching.close()
        report = report_of(replay)
        assert report["fulfilled"] + sum(report["failed"].values()) == 160
        assert report["requests_retried"] > 0
        assert report["conserved"]


@pytest.mark.timeout(300)
class TestTheLastUnits:
    def test_are_sold_once_each_however_many_want_them(self, begin: Begin, tmp_path: Path) -> None:
        # As many as a slow machine serves before the first of them has waited a step's time out.
        book = write_rush(tmp_path / "rush", units=5, customers=20)
        report = report_of(begin(book, "--concurrency", 20))
        sold = {name: report[name] for name in ("fulfilled", "failed", "units_left", "conserved")}
        assert sold == {
            "fulfilled": 5,
            "failed": {"out-of-stock": 15},
            "units_left": 0,
            "conserved": True,
        }


class TestABadOrderBook:
    def test_is_refused_before_anything_is_started(self, begin: Begin, tmp_path: Path) -> None:
        book = write_rush(tmp_path / "rush", units=-1, customers=1)
        replay = begin(book)
        output, progress = replay.communicate()
        assert replay.returncode == 1
        assert output == ""
        assert "products.csv, row 2, column units_in_stock: -1 is below 0" in progress


def wait_for_orders(client: Client, replay: subprocess.Popen[str], *, count: int) -> None:
    """This returns once the server lists so many orders, or fails when the replay has ended."""
    while replay.poll() is None:
        if count_of_orders(client, at_least=count) >= count:
            return
    raise AssertionError(f"the replay ended before {count} orders: {replay.communicate()}")


def count_of_orders(client: Client, *, at_least: int) -> int:
    """This counts the listed orders, page by page, until there are enough."""
    count, cursor = 0, ""
    while True:
        page = client.get(f"/api/v1/orders?cursor={cursor}" if cursor else "/api/v1/orders")
        count += len(page["orders"])
        cursor = page["next_cursor"]
        if not cursor or count >= at_least:
            return count


def write_rush(folder: Path, *, units: int, customers: int) -> Path:
    """This writes an order book in which each customer wants one unit of one product."""
    folder.mkdir()
    _write(
        folder / "products.csv",
        ("sku", "name", "category", "unit_price_minor", "currency", "units_in_stock"),
        [("LAST", "Last of its kind", "Rarities", 1999, "USD", units)],
    )
    _write(
        folder / "orders.csv",
        (
            "order_id",
            "customer_id",
            "ship_name",
            "ship_address",
            "ship_city",
            "ship_region",
            "ship_postal_code",
            "ship_country",
        ),
        [
            (n, f"C{n}", "Ann", "1 Main St", "Cork", "", "", "Ireland")
            for n in range(1, customers + 1)
        ],
    )
    _write(
        folder / "order_lines.csv",
        ("order_id", "sku", "quantity", "unit_price_minor", "discount_percent"),
        [(n, "LAST", 1, 1999, 0) for n in range(1, customers + 1)],
    )
    return folder


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
