"""Figures: appends a second, one message or a hundred in a transaction."""

from collections.abc import Iterator
from functools import partial

from benchmarks.harness import Crew, Database, Figure, interleave, ratios, spread_of
from benchmarks.log import contenders
from benchmarks.log.options import Options
from benchmarks.log.writing import Writing

_AGAINST_PEER = 2.2
_AGAINST_BARE = 0.85
_BATCHES_AGAINST_PEER = 2.0


def measure(server: str, options: Options) -> Iterator[Figure]:
    """This measures single and batched appends against the peer and a bare transaction."""
    with (
        Database(server, "appends") as database,
        Crew(1, database_url=database.url) as keeper,
        Crew(options.writers, database_url=database.url) as writers,
    ):
        keeper.do(contenders.make_tables)
        write = Writing(database, writers, keeper, options.seconds)
        yield from _singles(write, options)
        yield _batches(write, options)


def _singles(write: Writing, options: Options) -> Iterator[Figure]:
    measured = interleave(
        {
            "log": partial(write, contenders.log_single, sequenced=True),
            "log, not sequenced": partial(write, contenders.log_single, sequenced=False),
            "bare Django": partial(write, contenders.bare_single, sequenced=False),
            "eventsourcing": partial(write, contenders.peer_single, sequenced=False),
        },
        rounds=options.rounds,
    )
    against_peer = spread_of(ratios(measured, "log", "eventsourcing"))
    yield Figure(
        name=f"single appends a second, {options.writers} writer processes, against eventsourcing",
        bar=f"≥ {_AGAINST_PEER} ×",
        measured=f"{against_peer:.2f} ×",
        met=against_peer.median >= _AGAINST_PEER,
        details={"appends a second": measured},
        note=f"{spread_of(measured['log']):,.0f}/s with the sequencer beside it, against"
        f" {spread_of(measured['eventsourcing']):,.0f}/s",
    )
    against_bare = spread_of(ratios(measured, "log, not sequenced", "bare Django"))
    beside = spread_of(ratios(measured, "log", "bare Django"))
    yield Figure(
        name="the same against a bare Django transaction with one INSERT of the same row",
        bar=f"≥ {_AGAINST_BARE} ×",
        measured=f"{against_bare:.2f} ×",
        met=against_bare.median >= _AGAINST_BARE,
        details={"appends a second": measured},
        note=f"{spread_of(measured['log, not sequenced']):,.0f}/s against"
        f" {spread_of(measured['bare Django']):,.0f}/s; with the sequencer beside it on the same"
        f" cores {beside:.2f} ×",
    )


def _batches(write: Writing, options: Options) -> Figure:
    measured = interleave(
        {
            "log": partial(write, contenders.log_batch, sequenced=True),
            "eventsourcing": partial(write, contenders.peer_batch, sequenced=False),
        },
        rounds=options.rounds,
    )
    ratio = spread_of(ratios(measured, "log", "eventsourcing"))
    return Figure(
        name=f"events a second in batches of {contenders.BATCH}, {options.writers} writer"
        " processes, against eventsourcing",
        bar=f"≥ {_BATCHES_AGAINST_PEER:g} ×",
        measured=f"{ratio:.2f} ×",
        met=ratio.median >= _BATCHES_AGAINST_PEER,
        details={"events a second": measured},
        note=f"{spread_of(measured['log']):,.0f}/s with the sequencer beside it, against"
        f" {spread_of(measured['eventsourcing']):,.0f}/s",
    )
