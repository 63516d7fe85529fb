"""Figures: the local binding over calling the provider, and the serialized one."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.calls.contract import VALUE, Bench, Echo
from benchmarks.calls.options import Options
from benchmarks.harness import Figure, interleave, spread_of
from modules.kernel import interfaces
from modules.kernel.interfaces import Configured, Placed

_LOCAL_BAR_US = 1.0
_SERIALIZED_BAR_US = 25.0


def measure(options: Options) -> Iterator[Figure]:
    """This times one method: called directly, and asked for and called through bindings."""
    provider = Echo()
    interfaces.provide(Bench, provider)
    measured = interleave(
        {
            "direct": partial(_direct, provider, options.calls),
            "local": partial(_bound, "local", options.calls),
            "serialized": partial(_bound, "serialized", options.calls),
        },
        rounds=options.rounds,
    )
    direct = measured["direct"]
    note = (
        f"asked for with interfaces.get at each call; the method's own {spread_of(direct):.2f} µs "
        f"taken off; {options.rounds} rounds of {options.calls} calls each"
    )
    for name, figure, bar in (
        ("local", "local binding over calling the function directly", _LOCAL_BAR_US),
        ("serialized", "serialized binding, a 10-field dataclass each way", _SERIALIZED_BAR_US),
    ):
        more = [one - base for one, base in zip(measured[name], direct, strict=True)]
        yield Figure(
            name=figure,
            bar=f"≤ {bar:g} µs",
            measured=f"{spread_of(more):.2f} µs",
            met=spread_of(more).median <= bar,
            details={"microseconds": {name: measured[name], "direct": direct}},
            note=note,
        )


def _direct(provider: Echo, times: int) -> float:
    return _microseconds(lambda: provider.echo(VALUE), times)


def _bound(binding: str, times: int) -> float:
    # As in a process whose modules may move, between two looks at the table.
    interfaces.use(Placed(Configured({"bench": binding})))
    return _microseconds(lambda: interfaces.get(Bench).echo(VALUE), times)


def _microseconds(call: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - started) / times * 1e6
