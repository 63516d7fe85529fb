"""Reading a read model: from the right database, and not before it has the caller's own write.

    page = read(OrderHistory, lambda: list(HistoryRow.objects.filter(…)))

Called by the queries of modules. Keeps the second half of P8. A command never calls it: what
it decides on must hold, and a read model lags.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError

from modules.kernel.contracts import Unavailable
from modules.kernel.messaging.unit_of_work import module_of_current_transaction
from modules.kernel.messaging.write_tokens import BadToken, WriteToken, is_given, place_of
from modules.kernel.readmodels import news
from modules.kernel.readmodels import projection as registry
from modules.kernel.readmodels.lag import Lag, lag_of, position_of
from modules.kernel.readmodels.projection import Projection
from modules.kernel.readmodels.where import Place, failed, places

T = TypeVar("T")

#: How long a read waits for a write where nothing else is said, and a request at the most.
DEADLINE_SECONDS = 2.0

#: Of that, what a replica is given before the read goes to where it is written.
_REPLICA_SHARE = 0.25

_POLL_SECONDS = 0.005


class ReadModelBehind(Unavailable):
    """This says that a read model did not reach a write in time, and how far behind it is.

    Facts: read_model, positions_behind, seconds_behind.
    """

    code = "read-model-behind"
    title = "The read model has not caught up with your write yet"


class CommandReadsReadModel(RuntimeError):
    """This says that a read model was read inside a unit of work."""


@dataclass(slots=True)
class Wanted:
    """This is what the present request wants of its reads, and what they tell about themselves."""

    tokens: Sequence[WriteToken] = ()
    deadline_seconds: float = DEADLINE_SECONDS
    places: dict[str, Place] = field(default_factory=dict)
    lags: dict[str, Lag] = field(default_factory=dict)


_wanted: ContextVar[Wanted | None] = ContextVar("quarry_read_wanted", default=None)
_alias: ContextVar[str] = ContextVar("quarry_read_alias", default="")


@contextmanager
def wanting(
    tokens: Sequence[WriteToken] = (), *, deadline_seconds: float = DEADLINE_SECONDS
) -> Iterator[Wanted]:
    """This has the reads inside the block wait for the writes."""
    wanted = Wanted(tokens, deadline_seconds)
    outer = _wanted.set(wanted)
    try:
        yield wanted
    finally:
        _wanted.reset(outer)


def read(projection: type[Projection], query: Callable[[], T]) -> T:
    """This runs a query where it should run, once that has what the request asks for.

    Args:
        query: gives what it found, evaluated; it may be called again, on another database.

    Raises:
        ReadModelBehind: what the request has written was not there in time.
        BadToken: no answer can have given one of its tokens.
        CommandReadsReadModel: a unit of work is open.
    """
    if module := module_of_current_transaction():
        raise CommandReadsReadModel(
            f"a unit of work of {module} reads {projection.name}: a read model lags behind; "
            "decide on the module's own tables or streams"
        )
    one = registry.projection(projection.name)
    wanted = _wanted.get() or Wanted()
    ends_at = time.monotonic() + wanted.deadline_seconds
    for place in places(one):
        share = _REPLICA_SHARE if place.is_replica else 1.0
        until = min(ends_at, time.monotonic() + wanted.deadline_seconds * share)
        try:
            if not _wait(one, place, wanted.tokens, until):
                if place.is_replica:
                    continue
                raise _behind(one, place)
            with _reading_from(place.alias):
                found = query()
            wanted.places[one.name] = place
            wanted.lags[one.name] = lag_of(one, place.alias)
            return found
        except (OperationalError, InterfaceError):
            if not place.is_replica:
                raise
            failed(place.alias)
    raise AssertionError("unreachable: the last place always answers or raises")


def alias_of_reads() -> str:
    """This is the database that the present read has been sent to; empty outside one."""
    return _alias.get()


@contextmanager
def _reading_from(alias: str) -> Iterator[None]:
    outer = _alias.set(alias)
    try:
        yield
    finally:
        _alias.reset(outer)


def _wait(one: Projection, place: Place, tokens: Sequence[WriteToken], until: float) -> bool:
    """This waits until the read model has every write; False if it had not in time.

    Raises: BadToken, at once: what will never come is not waited for.
    """
    for token in tokens:
        is_there = _sight_of(one, place, token)
        if is_there():
            continue
        if not is_given(token):
            raise BadToken(
                f"{token} was never given here: send back what an answer gave, or leave it away"
            )
        while not is_there():
            if time.monotonic() >= until:
                return False
            # Woken by the projector where it runs in this process; else it is looked again.
            news.wait(_POLL_SECONDS)
    return True


def _sight_of(one: Projection, place: Place, token: WriteToken) -> Callable[[], bool]:
    """This gives what tells whether the read model has a write by now."""
    seen_from = log_seen_from(place, token)
    needed: int | None = None

    def is_there() -> bool:
        nonlocal needed
        if needed is None:
            needed = place_of(token, names=one.names, seen_from=seen_from)
        if needed is None:
            return False
        return not needed or position_of(one, token.database, place.alias) >= needed

    return is_there


def log_seen_from(place: Place, token: WriteToken) -> str:
    """This names the database in which the token's write is looked for.

    On a replica of its log the write itself may not have arrived yet. But a replica of where
    read models are kept need not have that log at all.
    """
    has_log = place.is_replica and token.database == settings.QUARRY_REPLICA_OF
    return place.alias if has_log else token.database


def _behind(one: Projection, place: Place) -> ReadModelBehind:
    lag = lag_of(one, place.alias)
    return ReadModelBehind(
        f"{one.name} is {lag.positions} positions ({lag.seconds:.1f} s) behind; ask again, or "
        "leave the token away to read what it has",
        read_model=one.name,
        positions_behind=lag.positions,
        seconds_behind=round(lag.seconds, 3),
    )
