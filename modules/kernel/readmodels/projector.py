"""The projector: follows a log, and keeps the generations of a read model up to date.

Each batch commits with its checkpoint, so every message takes effect exactly once in each
generation (P3); what one has taken in ahead of it, while its module was elsewhere, is passed over.
One process at a time works at a generation: the others find its checkpoint locked and pass on. A
message that fails stops the read model, and nothing else, until it goes through: rows that are
missing without a word would be worse than rows that are late.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import structlog
from django.db import connections, transaction

from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.logs import Log, open_log
from modules.kernel.messaging.prepared import cursor_of, fetch
from modules.kernel.messaging.protection import opening
from modules.kernel.messaging.upcasting import read
from modules.kernel.messaging.writer_turn import writer_turn
from modules.kernel.readmodels import generations, news
from modules.kernel.readmodels.models import Checkpoint, Generation, TakenAhead
from modules.kernel.readmodels.projection import Happened, Projection

_logger = structlog.get_logger("quarry.readmodels")

#: The states of generations that are kept up to date; a rebuild fills its own.
FOLLOWED = (Generation.State.LIVE, Generation.State.KEPT, Generation.State.READY)

_IDLE_SECONDS = 0.5
#: How often is looked which generations there are; a switch moves no checkpoint.
_LOOK_SECONDS = 0.25
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 10.0


# In SQL, and prepared: this is what every message waits for before it can be read.
_CHECKPOINT = (
    "SELECT c.pos, g.number, g.state, g.error,"
    " EXISTS (SELECT 1 FROM readmodels_takenahead t WHERE t.checkpoint_id = c.id)"
    " FROM readmodels_checkpoint c"
    " JOIN readmodels_generation g ON g.id = c.generation_id WHERE c.id = %s"
)
_MOVE = "UPDATE readmodels_checkpoint SET pos = %s, moved_at = {now} WHERE id = %s"


class Projector:
    """This follows one log for one projection."""

    def __init__(self, projection: Projection, source: str) -> None:
        self.projection = projection
        self.log = open_log(source, kept_in=projection.database)
        self.idle_seconds = _IDLE_SECONDS
        #: When a generation that failed goes on, and after what pause.
        self._paused: dict[int, tuple[float, float]] = {}
        self._look_at = 0.0
        self._followed: list[int] = []
        #: The head of the log at which a generation, by its checkpoint, had nothing to take.
        self._seen: dict[int, int] = {}
        generations.ensure(projection)

    def step(self) -> int:
        """This takes one batch into each generation."""
        now = time.monotonic()
        if now >= self._look_at:
            self._followed = self._find_followed()
            self._look_at = now + _LOOK_SECONDS
            self._paused = {pk: one for pk, one in self._paused.items() if pk in self._followed}
        head = self.log.head()
        done = 0
        for pk in self._followed:
            # A look at the head is cheap; a transaction for each, to find nothing, is not.
            # One that failed pauses by itself: what is read must not wait for what is kept.
            if self._seen.get(pk) != head and now >= self._paused.get(pk, (0.0, 0.0))[0]:
                made = self._advance(pk)
                if made == 0:
                    self._seen[pk] = head
                done += made or 0
        first = min((go_on_at for go_on_at, _ in self._paused.values()), default=float("inf"))
        self.idle_seconds = min(_IDLE_SECONDS, max(first - time.monotonic(), 0.0))
        return done

    def close(self) -> None:
        """There is nothing to give up: what was locked was let go with the commit."""

    def _find_followed(self) -> list[int]:
        """This gives the checkpoints in this log of the generations that are kept up to date."""
        return list(
            Checkpoint.objects.using(self.projection.database)
            .filter(
                source=self.log.database,
                generation__projection=self.projection.name,
                generation__version=self.projection.version,
                generation__state__in=FOLLOWED,
            )
            .values_list("pk", flat=True)
        )

    def _advance(self, pk: int) -> int | None:
        """This takes a batch in; None where it failed, or where another process is at it.

        That one may end without having moved the checkpoint, and no message come after that: so
        only who had the checkpoint can say that there is nothing to take.
        """
        try:
            done = advance(self.projection, self.log, pk, limit=self.projection.batch)
        except Exception as error:
            self._failed(pk, error)
            return None
        self._paused.pop(pk, None)
        return done

    def _failed(self, pk: int, error: Exception) -> None:
        database = self.projection.database
        if not connections[database].is_usable():
            raise error
        _logger.warning("read_model_stopped", read_model=self.projection.name, error=repr(error))
        with writer_turn(database), transaction.atomic(using=database):
            Generation.objects.using(database).filter(checkpoints__pk=pk).update(error=repr(error))
        _, last = self._paused.get(pk, (0.0, _FIRST_PAUSE_SECONDS / 2))
        pause_seconds = min(last * 2, _LONGEST_PAUSE_SECONDS)
        self._paused[pk] = time.monotonic() + pause_seconds, pause_seconds


def advance(projection: Projection, log: Log, pk: int, *, limit: int, until: int = 0) -> int | None:
    """This takes one batch into a generation, in a transaction, and gives the number of positions.

    None where another process is at it, or the generation has been dropped.

    Args:
        pk: of the generation's checkpoint in this log.
        until: no further than this position; 0 for no bound.
    """
    database = projection.database
    with writer_turn(database), transaction.atomic(using=database):
        row = _lock(database, pk, wait=bool(until))
        if row is None:
            return None
        pos, number, state, error, has_taken_some = row
        found, reached = log.read(after=pos, names=projection.names, parts=None, limit=limit)
        if until and reached > until:
            found, reached = [one for one in found if one.position <= until], until
        if reached <= pos:
            return 0
        if has_taken_some:
            found = _not_taken(database, pk, found, reached)
        events = happened(found)
        if events:
            projection.project(events, generations.tables(projection, number))
        with cursor_of(database) as cursor:
            cursor.execute(_MOVE.format(now=now_sql(database)), [reached, pk])
        if error:
            Generation.objects.using(database).filter(checkpoints__pk=pk).update(error="")
        transaction.on_commit(news.tell, using=database)
        if events and state == Generation.State.LIVE:
            transaction.on_commit(lambda: projection.published(events), using=database)
        return reached - pos


def _lock(database: str, pk: int, *, wait: bool) -> tuple[int, int, str, str, bool] | None:
    """This locks a checkpoint, and gives it with number, state and error of its generation."""
    query = _CHECKPOINT
    if connections[database].vendor == "postgresql":
        query += " FOR UPDATE OF c" + ("" if wait else " SKIP LOCKED")
    rows = fetch(database, query, [pk])
    return rows[0] if rows else None


def _not_taken(database: str, pk: int, found: Sequence[Envelope], reached: int) -> list[Envelope]:
    """This passes over what was taken in before the checkpoint comes to it, and forgets that."""
    rows = TakenAhead.objects.using(database).filter(checkpoint=pk, pos__lte=reached)
    taken = set(rows.values_list("pos", flat=True))
    rows.delete()
    return [one for one in found if one.position not in taken]


def happened(envelopes: Sequence[Envelope]) -> list[Happened]:
    """This decodes messages for a projection; one of an older version may become several."""
    # The checkpoint is locked: an erasure waits for it, and scrubs what is made of these.
    with opening(one.data for one in envelopes):
        return [
            Happened(
                event=found.message,
                position=one.position,
                recorded_at=one.recorded_at,
                message_id=one.message_id,
            )
            for one in envelopes
            for found in read(one.name, one.schema_version, one.data)
            if found.entry.contract.name == one.name
        ]
