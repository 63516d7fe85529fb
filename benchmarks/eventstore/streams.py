"""Figures: one stream loaded, and all streams replayed, decoded, against the peer."""

import time
from collections.abc import Iterator
from functools import partial

from benchmarks.eventstore.options import Options
from benchmarks.harness import Crew, Database, Figure, Stop, interleave, ratios, spread_of

_LOAD = 0.25
_REPLAY = 2.0
_LOADS = 20

#: Of the process that measures: the peer's application, and the account with the long stream.
_peer: list[object] = []


def measure(server: str, options: Options) -> Iterator[Figure]:
    """This measures loading and replaying, each contender in the same process."""
    with (
        Database(server, "streams") as database,
        Crew(1, database_url=database.url) as process,
    ):
        streams = max(options.replayed // options.length, 1)
        process.do(fill, streams, options.length)
        for table in ("messaging_message", "peeraccounts_events"):
            database.execute(f"VACUUM ANALYZE {table}")

        def run(job: object) -> float:
            (measured,) = process.do(job)  # type: ignore[arg-type]  # a job
            return float(measured)

        loads = interleave(
            {"ours": partial(run, load), "eventsourcing": partial(run, load_by_peer)},
            rounds=options.rounds,
        )
        ratio = spread_of(ratios(loads, "ours", "eventsourcing"))
        yield Figure(
            name=f"load a stream of {options.length:,} events, decoded into the aggregate",
            bar=f"≤ {_LOAD} × its time",
            measured=f"{ratio:.2f} ×",
            met=ratio.median <= _LOAD,
            details={"ms": loads},
            note=f"{spread_of(loads['ours']):.1f} ms against"
            f" {spread_of(loads['eventsourcing']):.1f} ms; no snapshots",
        )
        replays = interleave(
            {"ours": partial(run, replay), "eventsourcing": partial(run, replay_by_peer)},
            rounds=options.rounds,
        )
        ratio = spread_of(ratios(replays, "ours", "eventsourcing"))
        yield Figure(
            name=f"decoded replay, events a second over {streams * options.length:,}",
            bar=f"≥ {_REPLAY:g} ×",
            measured=f"{ratio:.2f} ×",
            met=ratio.median >= _REPLAY,
            details={"events a second": replays},
            note=f"{spread_of(replays['ours']):,.0f}/s against"
            f" {spread_of(replays['eventsourcing']):,.0f}/s",
        )


def fill(stop: Stop, streams: int, length: int) -> None:
    """This keeps the same accounts with both, and opens the peer for what follows."""
    from benchmarks.eventstore.accounts import accounts, moved
    from benchmarks.eventstore.peer import fill_peer, open_peer

    for number in range(streams):
        accounts.change(f"a-{number}", lambda state: moved(state.account, length))
    app = open_peer()
    _peer[:] = [app, fill_peer(app, streams=streams, length=length)]


def load(stop: Stop) -> float:
    """This loads one of our streams again and again, and gives ms for one."""
    from benchmarks.eventstore.accounts import accounts

    began = time.perf_counter()
    for _ in range(_LOADS):
        loaded = accounts.load("a-0")
    assert loaded.state.moves == loaded.version > 0
    return (time.perf_counter() - began) * 1000 / _LOADS


def load_by_peer(stop: Stop) -> float:
    """This loads one of the peer's aggregates likewise."""
    app, account_id = _peer
    began = time.perf_counter()
    for _ in range(_LOADS):
        loaded = app.repository.get(account_id)  # type: ignore[attr-defined]  # PeerAccounts
    assert loaded.moves > 0
    return (time.perf_counter() - began) * 1000 / _LOADS


def replay(stop: Stop) -> float:
    """This decodes all of our events, and gives events a second."""
    from benchmarks.eventstore.accounts import accounts

    began = time.perf_counter()
    count = sum(1 for _ in accounts.replay())
    return count / (time.perf_counter() - began)


def replay_by_peer(stop: Stop) -> float:
    """This decodes all of the peer's events likewise."""
    from benchmarks.eventstore.peer import replay_peer

    began = time.perf_counter()
    count = replay_peer(_peer[0])  # type: ignore[arg-type]  # PeerAccounts
    return count / (time.perf_counter() - began)
