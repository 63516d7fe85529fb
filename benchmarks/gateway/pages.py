"""Figure: an order's page in one answer, beside the questions that it takes without the BFF."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks import tokens
from benchmarks.gateway.goods import Shopper
from benchmarks.gateway.options import Options
from benchmarks.gateway.serving import django
from benchmarks.harness import Database, Figure, interleave, ratios, spread_of

_SCOPES = ("orders:read", "orders:write", "catalog:write", "inventory:write")
_SKUS = ("BENCH-1", "BENCH-2", "BENCH-3")


def measure(server: str, options: Options) -> Iterator[Figure]:
    """This asks for the page of one fulfilled order of three lines, on one connection."""
    with ExitStack() as until:
        folder = Path(until.enter_context(tempfile.TemporaryDirectory()))
        url = until.enter_context(Database(server, "pages")).url
        headers = tokens.bearer(folder, *_SCOPES)
        # Threads that deliver keep their connections: a pool would be empty.
        told = {"QUARRY_DRIVER": "embedded", "DATABASE_CONNECTIONS": "0"}
        with django(folder, url, told, workers=1) as working:
            house = Shopper(working, headers)
            for sku in _SKUS:
                house.put_on_sale(sku)
                house.put_on_shelf(sku)
            order_id = house.buy(*_SKUS)
        shopper = Shopper(until.enter_context(django(folder, url)), headers)
        page = (f"/web/orders/{order_id}",)
        parts = (
            f"/api/v1/orders/{order_id}",
            f"/api/v1/payments/{order_id}",
            f"/api/v1/shipping/shipments/{order_id}",
            *(f"/api/v1/catalog/products/{sku}" for sku in _SKUS),
        )
        sizes = {name: _bytes(shopper, paths) for name, paths in (("page", page), ("parts", parts))}
        zipped = len(shopper.get(page[0], **{"Accept-Encoding": "gzip"}))
        contenders: dict[str, Callable[[], float]] = {
            "page": partial(_ms, shopper, page, options.pages),
            "parts": partial(_ms, shopper, parts, options.pages),
        }
        for warm_up in contenders.values():
            warm_up()
        taken = interleave(contenders, rounds=options.rounds)
    yield Figure(
        name="the web order page through the BFF against the separate calls",
        bar="time and bytes, reported",
        measured=f"{spread_of(ratios(taken, 'page', 'parts')):.2f} × the time, "
        f"{sizes['page'] / sizes['parts']:.2f} × the bytes",
        met=True,
        details={"ms": taken, "bytes": {**sizes, "page, compressed": zipped}},
        note=f"1 answer of {sizes['page']:,} bytes ({zipped:,} compressed, as the calls are not) "
        f"in {spread_of(taken['page']):.1f} ms, "
        f"{len(parts)} answers of {sizes['parts']:,} bytes in {spread_of(taken['parts']):.1f} ms, "
        "one after another over loopback, where a round trip costs nothing; "
        "the page has the timeline, links and pictures as well, which no separate call gives",
    )


def _bytes(shopper: Shopper, paths: tuple[str, ...]) -> int:
    return sum(len(shopper.get(path)) for path in paths)


def _ms(shopper: Shopper, paths: tuple[str, ...], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        for path in paths:
            shopper.get(path)
    return (time.perf_counter() - began) / times * 1000
