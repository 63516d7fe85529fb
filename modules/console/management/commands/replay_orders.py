"""`manage.py replay_orders DIR`: play a real order book over HTTP and check what is conserved."""

import os
import secrets
import shutil
import tempfile
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from rich.console import Console

from modules.console.replay import (
    BadOrderBook,
    Client,
    DisposableServer,
    OrderBook,
    Pace,
    ReplayError,
    Report,
    read_order_book,
    render,
    replay,
    token_source,
)


class Command(BaseCommand):
    help = (
        "Play an order book over HTTP, as fast as the server allows, and check that money and "
        "stock are conserved. Without --base-url a server with an empty database is started; with "
        "it, QUARRY_REPLAY_TOKEN names a bearer token where that server does not take this "
        "installation's. "
        "Exits with 1 when the check fails."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        whole = _at_least(int, 1)
        parser.add_argument(
            "folder",
            metavar="DIR",
            type=Path,
            help="holds products.csv, orders.csv and order_lines.csv",
        )
        parser.add_argument("--base-url", default="", help="play on this server")
        parser.add_argument(
            "--stock-factor", type=whole, default=1, help="begin with so many times the stock"
        )
        parser.add_argument(
            "--concurrency", type=whole, default=1, help="orders under way at once (default: 1)"
        )
        parser.add_argument(
            "--rate", type=_at_least(float, 0.01), help="begin at most so many orders a second"
        )
        parser.add_argument("--limit", type=whole, help="play the first orders only")
        parser.add_argument(
            "--patience",
            type=_at_least(float, 0),
            default=60,
            help="seconds to keep asking a server that does not answer (default: 60)",
        )
        parser.add_argument(
            "--resume",
            metavar="RUN_ID",
            default="",
            help="carry on a run that was broken off: needs --base-url; loads nothing, and finds "
            "the orders placed before instead of placing them again",
        )
        parser.add_argument(
            "--json", action="store_true", help="print the report as JSON; progress is on stderr"
        )

    def handle(self, *, folder: Path, **options: Any) -> None:
        if options["resume"] and not options["base_url"]:
            raise CommandError("--resume needs --base-url: the server that has the run's orders")
        try:
            book = read_order_book(folder).stocked(options["stock_factor"])
        except BadOrderBook as error:
            raise CommandError(str(error)) from error
        if options["limit"] is not None:
            book = book.first(options["limit"])
        run_id = options["resume"] or secrets.token_hex(6)
        progress_on = Console(stderr=True)
        progress_on.print(f"Run {run_id}: {len(book.orders)} orders from {folder}")
        try:
            with self._server(options["base_url"]) as base_url:
                report = self._play(base_url, book, run_id, progress_on, options)
                self._show(report, as_json=options["json"])
                if not report.conserved:
                    raise CommandError("conservation is violated; see the report")
        except ReplayError as error:
            again = f"\nto carry on: add --resume {run_id}" if options["base_url"] else ""
            raise CommandError(f"{error}{again}") from error

    def _play(
        self,
        base_url: str,
        book: OrderBook,
        run_id: str,
        progress_on: Console,
        options: dict[str, Any],
    ) -> Report:
        client = Client(
            base_url,
            connections=options["concurrency"],
            patience_seconds=options["patience"],
            token=token_source(os.environ.get("QUARRY_REPLAY_TOKEN", "")),
        )
        try:
            return replay(
                client,
                book,
                run_id=run_id,
                pace=Pace(concurrency=options["concurrency"], rate=options["rate"]),
                resumed=bool(options["resume"]),
                progress_on=progress_on,
            )
        finally:
            client.close()

    def _show(self, report: Report, *, as_json: bool) -> None:
        if as_json:
            numbers = {**asdict(report), "conserved": report.conserved}
            self.stdout.write(msgspec.json.format(msgspec.json.encode(numbers)).decode())
        else:
            render(report, Console())

    @contextmanager
    def _server(self, base_url: str) -> Iterator[str]:
        """This gives the URL to play on, and starts and stops a server where none is given."""
        if base_url:
            yield base_url
            return
        folder = Path(tempfile.mkdtemp(prefix="quarry-replay-"))
        try:
            with DisposableServer(manage=settings.ROOT / "manage.py", folder=folder) as server:
                yield server.base_url
        except BaseException:
            self.stderr.write(f"the server's database and log are kept in {folder}")
            raise
        shutil.rmtree(folder)


def _at_least(number: type[int] | type[float], minimum: float) -> Callable[[str], float]:
    """This makes an argument type that refuses what is below the minimum."""

    def parse(text: str) -> float:
        try:
            value = number(text)
        except ValueError:
            raise ArgumentTypeError(f"{text!r} is not a number") from None
        # Asked this way round, so that NaN is refused as well.
        if not value >= minimum:
            raise ArgumentTypeError(f"{text} is below {minimum}")
        return value

    return parse
