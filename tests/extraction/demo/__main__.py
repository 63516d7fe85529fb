"""`python -m tests.extraction.demo`; ends with 1 where anything is not conserved."""

import argparse
import shutil
import sys
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console

from modules.console.replay.client import Client
from modules.console.replay.conservation import Violation, violations
from modules.console.replay.loading import load
from modules.console.replay.observing import Observation, observe
from modules.console.replay.order_book import OrderBook
from modules.console.replay.placing import Pace, PlacedOrder, place_orders
from modules.console.replay.report import Report, make_report
from tests.extraction.demo.book import book
from tests.extraction.demo.deployables import (
    MODULE,
    ROOT,
    DemoFailed,
    a_broker,
    monolith,
    service,
)
from tests.extraction.demo.picture import all_here, one_elsewhere

_ORDERS_A_SECOND = 2.0
#: What a program of the house needs that plays all customers, at the prices of the book.
_SCOPES = "orders:write orders:read orders:import catalog:write inventory:write"


class Demo:
    """This places orders, says what became of them, and remembers whether all was conserved."""

    def __init__(self, url: str, *, token: str, orders: int, console: Console) -> None:
        self._client = Client(url, connections=8, token=lambda: token)
        self._book = book(orders)
        self._console = console
        self._rounds = 0
        self._placed: list[tuple[PlacedOrder, ...]] = []
        self.broken: list[Violation] = []

    def title(self, text: str) -> None:
        self._console.rule(text, align="left")

    def say(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)

    def orders(self, *, meanwhile: Callable[[], None] | None = None) -> None:
        """This places a book of orders, and does something else once the first is through."""
        self._rounds += 1
        load(self._client, self._book, on_request=lambda: None)
        first = threading.Event()
        began = time.monotonic()
        with ThreadPoolExecutor(1) as beside:
            placing = beside.submit(
                place_orders,
                self._client,
                self._book.orders,
                run_id=f"demo-{self._rounds}",
                pace=Pace(concurrency=4, rate=_ORDERS_A_SECOND),
                on_placed=lambda _: first.set(),
            )
            placing.add_done_callback(lambda _: first.set())
            if meanwhile is not None:
                first.wait()
                meanwhile()
            placed = placing.result()
        seconds = time.monotonic() - began
        self._placed.append(placed)
        self._tell(self._book, placed, seconds)

    def look_again(self) -> None:
        """This reads all orders of all rounds once more: the module has moved since."""
        seen = [observe(self._client, self._book, placed) for placed in self._placed]
        every = tuple(order for one in seen for order in one.orders)
        found = violations(Observation(orders=every, stock=(), strangers=()))
        self._note(found)
        self.say(f"all {len(every)} orders of all rounds, read again: {_verdict(found)}")

    def _tell(self, book: OrderBook, placed: tuple[PlacedOrder, ...], seconds: float) -> None:
        report = make_report(
            run_id="",
            orders=len(book.orders),
            placed=placed,
            observed=observe(self._client, book, placed),
            seconds=seconds,
            requests_retried=self._client.retried,
        )
        self._note(report.violations)
        self.say(_line(report))

    def _note(self, found: tuple[Violation, ...]) -> None:
        self.broken += found
        for one in found:
            self.say(f"  {one.invariant}: {one.subject}: {one.detail}")


def _line(report: Report) -> str:
    return (
        f"{report.placed} orders, {report.fulfilled} fulfilled; charged "
        f"{report.captured_minor / 100:,.2f} of {report.fulfilled_minor / 100:,.2f}; "
        f"{report.units_shipped} pieces left, {report.units_left} of {report.units_initial} are "
        f"there; slowest {report.latency.longest_ms / 1000:.1f} s: {_verdict(report.violations)}"
    )


def _verdict(found: tuple[Violation, ...]) -> str:
    return f"NOT CONSERVED, {len(found)} violations" if found else "conserved"


def _round(folder: Path, *, orders: int, console: Console) -> int:
    prefix = f"demo-{uuid.uuid4().hex[:8]}"
    with a_broker(prefix) as (broker, broker_url):
        old, shared = monolith(folder, prefix)
        code = folder / MODULE
        whoever = ("--subject", "demo", "--scopes", _SCOPES, "--minutes", "600")
        token = old.manage("token", *whoever).strip()
        demo = Demo(old.url, token=token, orders=orders, console=console)
        demo.title(f"1. Write the service: extract {MODULE}")
        old.manage("migrate", "--verbosity=0")
        to = ("--to", str(code), "--broker", broker, "--no-verify")
        demo.say(old.manage("extract", MODULE, *to).partition("\n")[0])
        new = service(code, folder, shared, broker=broker_url)
        new.manage("migrate", "--verbosity=0")
        with old.served(), new.served():
            demo.title("2. Before: all modules in one process")
            demo.orders()
            demo.title(f"3. While orders go on: cutover {MODULE}")

            there = ("--to-database", new.database, "--to-service", new.url, "--broker", broker_url)
            demo.orders(meanwhile=lambda: demo.say(old.manage("cutover", MODULE, *there).strip()))
            demo.title(f"4. Between: {MODULE} in a process and a database of its own")
            demo.orders()
            demo.look_again()
            demo.title(f"5. While orders go on: absorb {MODULE}")
            old.manage("cutover", MODULE, "--finish")
            demo.orders(meanwhile=lambda: demo.say(old.manage("absorb", MODULE).strip()))
            demo.title("6. After: all modules in one process again")
            demo.orders()
            demo.look_again()
        demo.title("Before, and after")
        demo.say(all_here(MODULE))
        demo.title("Between")
        demo.say(one_elsewhere(MODULE, broker=broker))
    return 1 if demo.broken else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo-extract", description=__doc__)
    parser.add_argument("--orders", type=int, default=12, help="in each round (default: 12)")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "var" / "demo", help="made anew (default: var/demo)"
    )
    options = parser.parse_args()
    folder: Path = options.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    console = Console()
    try:
        return _round(folder, orders=options.orders, console=console)
    except DemoFailed as error:
        console.print(str(error), style="red", markup=False)
        console.print(f"what the servers have said stands in {folder}/*/server.log")
        return 1


if __name__ == "__main__":
    sys.exit(main())
