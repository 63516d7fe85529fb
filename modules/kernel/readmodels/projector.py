"""The projector: follows a log, and keeps the generations of a read model up to date.

Each batch commits with its checkpoint, so every message takes effect exactly once in each
generation (P3). One process at a time works at a generation: the others find its checkpoint
locked and pass on. A message that fails stops the read model, and nothing else, until it goes
through: rows that are missing without a word would be worse than rows that are late.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import structlog
from django.db import connections, transaction
from django.db.models.functions import Now

from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.logs import Log, open_log
from modules.kernel.messaging.upcasting import read
from modules.kernel.messaging.writer_turn import writer_turn
from modules.kernel.readmodels import generations
from modules.kernel.readmodels.models import Checkpoint, Generation
from modules.kernel.readmodels.projection import Happened, Projection

_logger = structlog.get_logger("quarry.readmodels")

#: The states of generations that are kept up to date; a rebuild fills its own.
FOLLOWED = (Generation.State.LIVE, Generation.State.KEPT, Generation.State.READY)

_IDLE_SECONDS = 0.5
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 10.0


class Projector:
    """This follows one log for one projection."""

    def __init__(self, projection: Projection, source: str) -> None:
        self.projection = projection
        self.log = open_log(source)
        self.idle_seconds = _IDLE_SECONDS
        self._pause_seconds = _FIRST_PAUSE_SECONDS
        self._go_on_at = 0.0
        generations.ensure(projection)

    def step(self) -> int:
        """This takes one batch into each generation."""
        if time.monotonic() < self._go_on_at:
            return 0
        mine = Checkpoint.objects.using(self.projection.database).filter(
            source=self.log.database,
            generation__projection=self.projection.name,
            generation__version=self.projection.version,
            generation__state__in=FOLLOWED,
            pos__lt=self.log.head(),
        )
        return sum(self._advance(pk) for pk in mine.values_list("pk", flat=True))

    def close(self) -> None:
        """There is nothing to give up: what was locked was let go with the commit."""

    def _advance(self, pk: int) -> int:
        try:
            done = advance(self.projection, self.log, pk, limit=self.projection.batch)
        except Exception as error:
            self._failed(pk, error)
            return 0
        self.idle_seconds, self._pause_seconds = _IDLE_SECONDS, _FIRST_PAUSE_SECONDS
        return done

    def _failed(self, pk: int, error: Exception) -> None:
        database = self.projection.database
        if not connections[database].is_usable():
            raise error
        _logger.warning("read_model_stopped", read_model=self.projection.name, error=repr(error))
        with writer_turn(database), transaction.atomic(using=database):
            Generation.objects.using(database).filter(checkpoints__pk=pk).update(error=repr(error))
        self._go_on_at = time.monotonic() + self._pause_seconds
        self.idle_seconds = self._pause_seconds
        self._pause_seconds = min(self._pause_seconds * 2, _LONGEST_PAUSE_SECONDS)


def advance(projection: Projection, log: Log, pk: int, *, limit: int, until: int = 0) -> int:
    """This takes one batch into a generation, in a transaction, and gives the number of positions.

    Args:
        pk: of the generation's checkpoint in this log.
        until: no further than this position; 0 for no bound.
    """
    database = projection.database
    with writer_turn(database), transaction.atomic(using=database):
        row = (
            Checkpoint.objects.using(database)
            .select_for_update(skip_locked=not until, of=("self",))
            .select_related("generation")
            .filter(pk=pk)
            .first()
        )
        if row is None:
            return 0  # Another process is at it, or the generation has been dropped.
        found, reached = log.read(after=row.pos, names=projection.names, parts=None, limit=limit)
        if until and reached > until:
            found, reached = [one for one in found if one.position <= until], until
        if reached <= row.pos:
            return 0
        events = happened(found)
        if events:
            projection.project(events, generations.tables_of(projection, row.generation))
        Checkpoint.objects.using(database).filter(pk=pk).update(pos=reached, moved_at=Now())
        if row.generation.error:
            Generation.objects.using(database).filter(pk=row.generation.pk).update(error="")
        if events and row.generation.state == Generation.State.LIVE:
            transaction.on_commit(lambda: projection.published(events), using=database)
        return reached - row.pos


def happened(envelopes: Sequence[Envelope]) -> list[Happened]:
    """This decodes messages for a projection; one of an older version may become several."""
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
