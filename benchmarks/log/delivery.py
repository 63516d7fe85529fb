"""Figures: ordered delivery to a handler with one row of effect, on an empty and on a long log."""

from collections.abc import Iterator

from benchmarks.harness import Crew, Database, Figure, interleave, ratios, spread_of
from benchmarks.log.backlog import append_past
from benchmarks.log.delivering import deliver_backlog
from benchmarks.log.options import Options

_A_SECOND = 5_000
_AGAINST_EMPTY = 0.9


def measure(server: str, options: Options) -> Iterator[Figure]:
    """This delivers the same backlog in turn on a log without a past and on one with a past."""
    size, count = options.workers, options.backlog
    with Database(server, "empty") as empty, Database(server, "past") as past:
        append_past(past, options.past)
        with (
            Crew(size, database_url=empty.url) as at_empty,
            Crew(size, database_url=past.url) as at_past,
        ):

            def on_empty() -> float:
                empty.execute("TRUNCATE messaging_message, messaging_position")
                return deliver_backlog(empty, at_empty, size=size, count=count)

            def on_past() -> float:
                return deliver_backlog(past, at_past, size=size, count=count)

            measured = interleave({"empty": on_empty, "past": on_past}, rounds=options.rounds)
    rate = spread_of(measured["empty"])
    yield Figure(
        name=f"ordered delivery to a handler with one row of effect, {size} worker processes",
        bar=f"≥ {_A_SECOND:,} messages/s",
        measured=f"{rate:,.0f}/s",
        met=rate.median >= _A_SECOND,
        details={"messages a second": measured},
        note=f"a backlog of {count:,} messages",
    )
    ratio = spread_of(ratios(measured, "past", "empty"))
    yield Figure(
        name=f"the same on a log with {options.past:,} past messages, against an empty one",
        bar=f"≥ {_AGAINST_EMPTY} ×",
        measured=f"{ratio:.2f} ×",
        met=ratio.median >= _AGAINST_EMPTY,
        details={"messages a second": measured},
        note=f"{spread_of(measured['past']):,.0f}/s",
    )
