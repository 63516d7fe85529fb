"""What a mover stands on: both sides, the record, the copying, and how it waits for others."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from modules.kernel.extraction.moving import constraints, read_models
from modules.kernel.extraction.moving.copying import Copying
from modules.kernel.extraction.moving.errors import Differs, TookTooLong
from modules.kernel.extraction.moving.hearing import Hearing, hearing_of
from modules.kernel.extraction.moving.kept import kept_tables
from modules.kernel.extraction.moving.pace import Pace
from modules.kernel.extraction.moving.read_models import Numbers
from modules.kernel.extraction.moving.record import Record
from modules.kernel.extraction.moving.sides import Side
from modules.kernel.extraction.moving.tables import Table, check_alike, own_tables
from modules.kernel.extraction.moving.watching import Watcher
from modules.kernel.placements import (
    EVERYBODY_KNOWS_SECONDS,
    Placement,
    place,
    read_placements,
)
from modules.kernel.placements import State as Placed

_LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadowing:
    """This is for how long the service is asked along before the fence, and how often.

    Attributes:
        seconds: 0 for not at all.
        percent: of the questions.
    """

    seconds: float = 0.0
    percent: int = 10


NO_SHADOW = Shadowing()


def tables_of_move(module: str, generations: Numbers, old: Side, new: Side) -> tuple[Table, ...]:
    """This gives all that is copied. Raises: NotReady, where both sides are not alike."""
    tables = (*own_tables(module), *kept_tables(module, generations))
    check_alike(tables, old, new)
    return tables


class Ground(ABC):
    """This is one move with its two sides: `old`, which is in charge, and `new`.

    Attributes:
        here: the side that the module leaves first, with the record.
        service: the other deployable's.
    """

    def __init__(
        self,
        record: Record,
        *,
        here: Side,
        service: Side,
        watcher: Watcher,
        max_pause_seconds: float,
        pace: Pace,
        shadowing: Shadowing,
    ) -> None:
        self.record = record
        self.module = record.move.module
        self.here = here
        self.service = service
        self.watcher = watcher
        self.max_pause_seconds = max_pause_seconds
        self.pace = pace
        self.shadowing = shadowing
        self.hearing: Hearing = hearing_of(self.module)
        self._closed_at = 0.0
        self._copying: Copying | None = None

    @property
    @abstractmethod
    def old(self) -> Side:
        """This is the side that the module leaves."""

    @property
    @abstractmethod
    def new(self) -> Side:
        """This is the side that it goes to."""

    @property
    def copying(self) -> Copying:
        """This is what copies the rows."""
        if self._copying is None:
            self._copying = Copying(
                self.module,
                tables_of_move(self.module, self._generations(), self.old, self.new),
                self.old,
                self.new,
                watcher=self.watcher,
                pace=self.pace,
            )
        return self._copying

    def refuse_if_rebuilt(self) -> None:
        """This refuses to go on where what is read was switched. Raises: NotReady."""
        self._generations()
        known = self.record.facts["generations"]
        read_models.refuse_if_rebuilt(self.module, self.here, self.service, known)

    def _generations(self) -> Numbers:
        """This gives the read models' generations that are moved: those that were read at first."""
        if "generations" not in self.record.facts:
            found = read_models.numbers(self.module, self.here, self.service)
            self.record.tell(generations=found)
        known: dict[str, tuple[int, int]] = self.record.facts["generations"]
        if self.old is self.here:
            return known
        return {name: (service, here) for name, (here, service) in known.items()}

    @property
    def own_tables(self) -> tuple[Table, ...]:
        return own_tables(self.module)

    def next_epoch(self) -> int:
        """This gives an epoch that is larger than any there was."""
        found = [self.placed(side) for side in (self.here, self.service)]
        return max([0, *(one.epoch for one in found if one)]) + 1

    def placed(self, side: Side) -> Placement | None:
        """This gives where a deployable has the module."""
        return read_placements(side.alias).get(self.module)

    def place(self, side: Side, state: Placed, epoch: int, *, url: str = "") -> None:
        """This writes where a deployable has the module, in the open transaction."""
        place(
            self.module,
            state=state,
            epoch=epoch,
            url=url,
            broker_url=self.record.parameters["broker"],
            using=side.alias,
        )

    def wait_until_known(self, *, since: float | None = None) -> None:
        """This waits until every process goes by the placements that are committed.

        Args:
            since: when they were, on `time.monotonic`; by default just now.
        """
        committed_at = time.monotonic() if since is None else since
        time.sleep(max(committed_at + EVERYBODY_KNOWS_SECONDS - time.monotonic(), 0.0))

    def note_pause(self) -> None:
        """This notes for how long callers had to wait, where it was this process that had them."""
        if self._closed_at:
            self.record.tell(paused_seconds=round(time.monotonic() - self._closed_at, 3))

    def seconds_left(self) -> float:
        """This gives how long callers may still be kept waiting."""
        return max(self._closed_at + self.max_pause_seconds - time.monotonic(), 0.001)

    def look_again(self, waits_for: str) -> None:
        """This waits a moment before another look.

        Raises:
            TookTooLong: callers have waited for long enough.
        """
        if time.monotonic() > self._closed_at + self.max_pause_seconds:
            raise TookTooLong(
                f"callers have waited for {self.max_pause_seconds:g} s, and {waits_for}. They "
                "wait no more and nothing was switched: --resume tries again, and --max-pause "
                "lets it take longer"
            )
        time.sleep(_LOOK_SECONDS)

    def wait_for(self, what: Callable[[], bool], waits_for: str) -> None:
        """This waits until something is true. Raises: TookTooLong."""
        while not what():
            self.look_again(waits_for)

    def drop_foreign_keys(self) -> None:
        """This takes the foreign keys on the new side away, and remembers them before."""
        found = constraints.foreign_keys(self.new, self.own_tables)
        known = [tuple(one) for one in self.record.facts.get("foreign_keys", [])]
        self.record.tell(foreign_keys=[*known, *(one for one in found if one not in known)])
        constraints.drop(self.new, found)

    def refuse_if_different(self, what: str, old: int, new: int) -> None:
        """This stops the move over a number that must be the same on both sides."""
        if old != new:
            raise Differs(
                f"{old} {what} on {self.old.name}, and {new} on {self.new.name}: something else "
                "has deleted from one of them since, or written to it; --abort, and begin anew"
            )
