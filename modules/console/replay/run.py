"""One run from end to end: load, place, observe, report."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from modules.console.replay.client import Client
from modules.console.replay.loading import load
from modules.console.replay.observing import observe
from modules.console.replay.order_book import OrderBook
from modules.console.replay.placing import Pace, place_orders
from modules.console.replay.report import Report, make_report


def replay(
    client: Client,
    book: OrderBook,
    *,
    run_id: str,
    pace: Pace,
    resumed: bool,
    progress_on: Console,
) -> Report:
    """This plays the book on the client's server and gives the report.

    Args:
        book: with the stock to start with.
        run_id: names this run; see `place_orders`.
        resumed: products and stock are loaded already, and some orders may be placed.
        progress_on: where the progress is shown.

    Raises:
        ReplayError: the run could not be carried through.
    """
    with _progress(progress_on) as begin:
        if not resumed:
            advance = begin("Loading products and stock", 2 * len(book.products))
            load(client, book, on_request=advance)
        advance = begin("Placing orders", len(book.orders))
        began = time.monotonic()
        placed = place_orders(
            client, book.orders, run_id=run_id, pace=pace, on_placed=lambda _: advance()
        )
        seconds = time.monotonic() - began
    return make_report(
        run_id=run_id,
        orders=len(book.orders),
        placed=placed,
        observed=observe(client, book, placed),
        seconds=seconds,
        requests_retried=client.retried,
    )


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str, int], Callable[[], None]]]:
    """This shows bars; ``begin(title, total)`` adds one and gives what advances it by one."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as progress:

        def begin(title: str, total: int) -> Callable[[], None]:
            task = progress.add_task(title, total=total)
            return lambda: progress.advance(task)

        yield begin
