"""Figures: ordered delivery to handlers with one row of effect, on an empty and on a long log."""

from collections.abc import Iterator

from benchmarks.harness import Crew, Database, Figure, interleave, ratios, spread_of
from benchmarks.log.backlog import append_past
from benchmarks.log.delivering import (
    deliver_backlog,
    make_effects_bare,
    work_singly,
    work_together,
)
from benchmarks.log.options import Options

_A_SECOND = 5_000
_AGAINST_BARE = 0.85
_AGAINST_EMPTY = 0.9


def measure(server: str, options: Options) -> Iterator[Figure]:
    """This delivers the same backlog in turn on a log without a past and on one with a past.

    And makes the same effects with no log at all: an INSERT of Django's takes longer than
    all that delivery adds to it, so that is what a handler of single messages is held against.
    """
    size, count = options.workers, options.backlog // options.workers * options.workers
    with Database(server, "empty") as empty, Database(server, "past") as past:
        append_past(past, options.past)
        with (
            Crew(size, database_url=empty.url) as singly,
            Crew(size, database_url=empty.url) as together,
            Crew(size, database_url=past.url) as at_past,
        ):

            def deliver_singly() -> float:
                empty.execute("TRUNCATE messaging_message, messaging_position")
                return deliver_backlog(empty, singly, size=size, count=count, work=work_singly)

            def deliver_together() -> float:
                empty.execute("TRUNCATE messaging_message, messaging_position")
                return deliver_backlog(empty, together, size=size, count=count, work=work_together)

            def bare() -> float:
                return make_effects_bare(empty, singly, size=size, count=count)

            def on_past() -> float:
                return deliver_backlog(past, at_past, size=size, count=count, work=work_singly)

            measured = interleave(
                {
                    "singly": deliver_singly,
                    "together": deliver_together,
                    "bare Django": bare,
                    "singly, on a long log": on_past,
                },
                rounds=options.rounds,
            )
    details = {"messages a second": measured}
    for name, handler in (
        ("together", "a handler that takes its messages together"),
        ("singly", "a handler of single messages"),
    ):
        rate = spread_of(measured[name])
        yield Figure(
            name=f"ordered delivery to {handler}, one row of effect each, {size} worker processes",
            bar=f"≥ {_A_SECOND:,} messages/s",
            measured=f"{rate:,.0f}/s",
            met=rate.median >= _A_SECOND,
            details=details,
            note=f"a backlog of {count:,} messages",
        )
    against_bare = spread_of(ratios(measured, "singly", "bare Django"))
    yield Figure(
        name="the latter against bare Django creating the same rows with no log, as many processes",
        bar=f"≥ {_AGAINST_BARE} ×",
        measured=f"{against_bare:.2f} ×",
        met=against_bare.median >= _AGAINST_BARE,
        details=details,
        note=f"{spread_of(measured['bare Django']):,.0f} rows/s, 200 a transaction",
    )
    ratio = spread_of(ratios(measured, "singly, on a long log", "singly"))
    yield Figure(
        name=f"the same on a log with {options.past:,} past messages, against an empty one",
        bar=f"≥ {_AGAINST_EMPTY} ×",
        measured=f"{ratio:.2f} ×",
        met=ratio.median >= _AGAINST_EMPTY,
        details=details,
        note=f"{spread_of(measured['singly, on a long log']):,.0f}/s",
    )
