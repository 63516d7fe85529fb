"""Streams of events: load what they made, decide on it, append what follows.

Called by use cases; reads and appends to the module's log. Two that decide on the same
version cannot both append (a unique index over stream and version), so no decision is made
on a state that has passed.

Source: "Event Sourcing", M. Fowler (2005); G. Young, "CQRS Documents" (2010).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic

from modules.kernel.eventstore import snapshots
from modules.kernel.eventstore.cuts import Cut, whole_sql
from modules.kernel.eventstore.kinds import A, StreamKind
from modules.kernel.eventstore.records import COLUMNS, Recorded, recorded
from modules.kernel.eventstore.rows import Decoders, Several, each
from modules.kernel.messaging import StreamConflict, UnitOfWork, unit_of_work
from modules.kernel.messaging.prepared import cursor_of, fetch
from modules.kernel.messaging.unit_of_work import database_of_module, module_of_current_transaction

#: How often a decision is made anew because another was quicker.
ATTEMPTS = 10

_READ = (
    "SELECT stream_version, name, schema_version, data FROM messaging_message"
    " WHERE stream = %s AND stream_version > %s ORDER BY stream_version"
)
_READ_RECORDS = (
    f"SELECT {COLUMNS} FROM messaging_message m"
    " WHERE m.stream = %s AND m.stream_version > %s ORDER BY m.stream_version"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded(Generic[A]):
    """This is an aggregate as its events have made it, and the version that it is at."""

    state: A
    version: int


class EventStore(Generic[A]):
    """These are the streams of one kind."""

    def __init__(self, kind: StreamKind[A]) -> None:
        self.kind = kind
        self._decoders = Decoders()

    @property
    def database(self) -> str:
        return database_of_module(self.kind.module)

    def load(self, identity: str) -> Loaded[A]:
        """This gives the aggregate as it is now; version 0 if it has no events."""
        kept = None
        if self.kind.snapshot_every:
            kept = snapshots.find(self.kind, self.database, identity)
        state, version = kept or (self._new(identity), 0)
        apply, decoders = state.apply, self._decoders
        rows = fetch(self.database, _READ, [self.kind.stream(identity), version])
        for _, name, schema_version, data in rows:
            event = decoders[name, schema_version](data)
            if type(event) is Several:
                for one in event:
                    apply(one)
            else:
                apply(event)
        return Loaded(state=state, version=rows[-1][0] if rows else version)

    def load_past(
        self,
        identity: str,
        *,
        version: int | None = None,
        at: datetime | None = None,
        known_at: datetime | None = None,
    ) -> Loaded[A]:
        """This gives the aggregate as it was, by any of the three, or by several at once.

        Args:
            version: after that many events.
            at: counting what had come into force by then; an event of that very
                microsecond counts.
            known_at: counting what had been recorded by then, likewise.
        """
        state, reached = self._new(identity), 0
        for record in self._past(identity, version=version, known_at=known_at):
            reached = record.version
            if at is None or record.effective_at <= at:
                state.apply(record.event)
        return Loaded(state=state, version=reached)

    def load_together(self, identities: Sequence[str], *, as_of: Cut) -> dict[str, Loaded[A]]:
        """This gives many aggregates as they were at one place in the log, none ahead of another.

        Raises:
            ValueError: the cut is through the log of another database.
        """
        if as_of.database != self.database:
            raise ValueError(
                f"the cut is through the log of {as_of.database}; streams of {self.kind.category} "
                f"are in {self.database}: make it with cut({self.database!r})"
            )
        states = {identity: self._new(identity) for identity in identities}
        versions = dict.fromkeys(identities, 0)
        if not states:
            return {}
        # One statement, and so one snapshot of the database.
        rows = fetch(
            self.database,
            "SELECT m.stream, m.stream_version, m.name, m.schema_version, m.data"
            " FROM messaging_message m LEFT JOIN messaging_position p ON p.message_id = m.id"
            f" WHERE m.stream IN ({', '.join(['%s'] * len(states))})"
            f" AND {whole_sql(self.database)} ORDER BY m.stream, m.stream_version",
            [*map(self.kind.stream, states), as_of.position, as_of.position],
        )
        for stream, version, name, schema_version, data in rows:
            identity = self.kind.identity(stream)
            for event in each(self._decoders[name, schema_version](data)):
                states[identity].apply(event)
            versions[identity] = version
        return {
            identity: Loaded(state=state, version=versions[identity])
            for identity, state in states.items()
        }

    def history(self, identity: str, *, after: int = 0, limit: int = 0) -> list[Recorded]:
        """This gives the events of a stream with who, why, when and what caused them.

        Args:
            after: only those after this version.
            limit: at most so many; 0 for all.
        """
        query = f"{_READ_RECORDS} LIMIT {limit}" if limit else _READ_RECORDS
        rows = fetch(self.database, query, [self.kind.stream(identity), after])
        return [
            recorded(row, event)
            for row in rows
            for event in each(self._decoders[row[1], row[2]](row[3]))
        ]

    def change(
        self,
        identity: str,
        decide: Callable[[A], Sequence[object]],
        *,
        effective_at: datetime | None = None,
    ) -> Loaded[A]:
        """This loads the aggregate, has `decide` say what follows, and appends that.

        Where another has appended meanwhile, all is done again on what holds now; inside a
        unit of work that is open already, its owner must do that.

        Args:
            decide: gives the events that follow, none for no change; or raises to refuse.

        Raises:
            StreamConflict: others were quicker `ATTEMPTS` times, or once inside an open
                unit of work.
        """
        inside = module_of_current_transaction() is not None
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with unit_of_work(self.kind.module) as work:
                    loaded = self.load(identity)
                    events = decide(loaded.state)
                    return self._append(work, identity, loaded, events, effective_at)
            except StreamConflict:
                if inside or attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def replay(self, *, chunk: int = 5_000) -> Iterator[tuple[str, Any]]:
        """This gives all events of the kind with the names of their streams, in order of the log.

        They are fetched chunk by chunk, so that a log of any size passes through.
        """
        # By the streams, not by the names of events: an older one may have had another name.
        prefix = self.kind.stream("")
        query = (
            "SELECT id, stream, name, schema_version, data FROM messaging_message"
            f" WHERE id > %s AND substr(stream, 1, {len(prefix)}) = %s ORDER BY id LIMIT %s"
        )
        after, decoders = 0, self._decoders
        while True:
            with cursor_of(self.database) as cursor:
                cursor.execute(query, [after, prefix, chunk])
                rows = cursor.fetchall()
            for _, stream, name, schema_version, data in rows:
                for event in each(decoders[name, schema_version](data)):
                    yield stream, event
            if len(rows) < chunk:
                return
            after = rows[-1][0]

    def _append(
        self,
        work: UnitOfWork,
        identity: str,
        loaded: Loaded[A],
        events: Sequence[object],
        effective_at: datetime | None,
    ) -> Loaded[A]:
        if not events:
            return loaded
        version = work.append_to_stream(
            self.kind.stream(identity),
            events,
            expected_version=loaded.version,
            effective_at=effective_at,
        )
        for event in events:
            loaded.state.apply(event)
        every = self.kind.snapshot_every
        if every and version // every > loaded.version // every:
            snapshots.keep(self.kind, self.database, identity, loaded.state, version)
        return Loaded(state=loaded.state, version=version)

    def _past(
        self, identity: str, *, version: int | None, known_at: datetime | None
    ) -> Iterator[Recorded]:
        for record in self.history(identity):
            # The first one not known ends it, even if a clock that was set back has later ones
            # look earlier: each event was decided on those before it.
            if known_at is not None and record.recorded_at > known_at:
                return
            if version is not None and record.version > version:
                return
            yield record

    def _new(self, identity: str) -> A:
        make: Callable[[str], A] = self.kind.aggregate
        return make(identity)
