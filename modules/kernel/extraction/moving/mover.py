"""The protocol of a move, whichever way it goes: phases, the fence, and what a crash leaves.

    prepare → copy → catch-up → compare → fence → drain → verify → switch → resume → watch

Each phase is recorded in the deployable that the module leaves first, may be run again, and leaves
what the next one needs in the databases. Until the transaction that `switch` commits there, the
move can be given up and nothing has changed; from then on it only goes forward. So a mover that
was killed is resumed or aborted, whatever it was at.

Keeps P2, P3 and P9 over a move; the proof obligations are in docs/extraction.md.
Source: the switch of traffic in Vitess (MoveTables, VDiff, SwitchTraffic, ReverseTraffic).
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from modules.kernel.extraction.moving import constraints, deliveries, guards
from modules.kernel.extraction.moving.copying import Copying
from modules.kernel.extraction.moving.errors import Differs, NotReady, TookTooLong
from modules.kernel.extraction.moving.hearing import Hearing, hearing_of
from modules.kernel.extraction.moving.kept import kept_tables
from modules.kernel.extraction.moving.record import Record, State
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

PHASES = (
    "prepare",
    "copy",
    "catch-up",
    "compare",
    "fence",
    "drain",
    "verify",
    "switch",
    "resume",
    "watch",
)
#: Those during which callers wait.
FENCED_PHASES = ("fence", "drain", "verify", "switch")

#: The fence is closed once no more than so many changes, and messages, are left to copy.
FEW_CHANGES = 100
FEW_MESSAGES = 500

#: How often copying may fail to catch up before it is said.
_LAPS = 50
_LOOK_SECONDS = 0.01


class Mover(ABC):
    """This moves one module from the side that is in charge, `old`, to the other, `new`.

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
    ) -> None:
        self.record = record
        self.module = record.move.module
        self.here = here
        self.service = service
        self.watcher = watcher
        self.max_pause_seconds = max_pause_seconds
        self.hearing: Hearing = hearing_of(self.module)
        self._closed_at = 0.0
        self._copying: Copying | None = None
        constraints.uncheck(self.new)

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
            tables = (*self.own_tables, *kept_tables(self.module, self.old, self.new))
            check_alike(tables, self.old, self.new)
            self._copying = Copying(self.module, tables, self.old, self.new, self.watcher)
        return self._copying

    @property
    def own_tables(self) -> tuple[Table, ...]:
        return own_tables(self.module)

    def run(self) -> None:
        """This goes through all phases, or goes on where an earlier mover stopped.

        Raises:
            MoveError: it stopped; callers do not wait for it any more.
        """
        begun = self.record.move.phase
        if begun in FENCED_PHASES:
            # The mover that closed it is gone. Others need not wait until this one is here again.
            self.open_fence()
            begun = "catch-up"
        for phase in PHASES[PHASES.index(begun) :]:
            self._run_phase(phase)
        self.record.end(self.ends_in)

    def abort(self) -> None:
        """This gives the move up: everything is as it was before.

        Raises:
            NotReady: it has been switched already.
        """
        if self.record.move.phase in ("resume", "watch"):
            raise NotReady(
                f"{self.module} has been switched already: --resume finishes the move, and "
                "--rollback moves it back afterwards"
            )
        self.open_fence()
        self.give_up()
        self.record.end(State.ABORTED)

    def _run_phase(self, phase: str) -> None:
        self.watcher.began(phase)
        self.watcher.reached(f"{phase} begins")
        step: Callable[[], None] = getattr(self, phase.replace("-", "_"))
        try:
            with self.record.phase(phase):
                step()
        except BaseException:  # Also where the operator ends it: callers must not go on waiting.
            self.record.reload()
            if self.record.move.phase in FENCED_PHASES:
                self.open_fence()
                self.record.switch("catch-up")
            raise
        self.watcher.reached(f"{phase} ends")

    # -- the phases ------------------------------------------------------------------------

    @abstractmethod
    def prepare(self) -> None:
        """This sees that the move is possible, and has changes noted from now on."""

    def copy(self) -> None:
        """This copies everything there is."""
        self.copying.copy()
        self.copy_log(enough=FEW_MESSAGES)

    def catch_up(self) -> None:
        """This copies what has changed, until little is left."""
        for _ in range(_LAPS):
            self.copying.rounds(enough=FEW_CHANGES)
            if self.copy_log(enough=FEW_MESSAGES) == 0:
                return
        raise NotReady(
            f"{self.module} changes faster than it can be copied: try again when there is less "
            "to do"
        )

    def compare(self) -> None:
        """This compares everything, while the module goes on."""
        self.copying.compare()
        self.compare_log()
        self.catch_up()

    def fence(self) -> None:
        """This has callers wait, and refuses what does not know yet that it has to."""
        self._closed_at = time.monotonic()
        epoch = self.next_epoch()
        self.place_fence(epoch)
        self.watcher.reached("fence placed")
        self.wait_until_known()
        # What is left by now need not be copied while nothing goes on at all.
        self.copying.rounds(enough=FEW_CHANGES)
        self.copy_log(enough=FEW_MESSAGES)
        with self.old.transaction():
            guards.close(self.old, self.module, wait_seconds=self.seconds_left())
            left = deliveries.hold_scheduled(self.old, self.module)
        self.watcher.reached("fence closed")
        while left:
            self.look_again("the keeper of the log holds scheduled messages")
            with self.old.transaction():
                left = deliveries.hold_scheduled(self.old, self.module)

    @abstractmethod
    def drain(self) -> None:
        """This waits until what was under way has come to its end."""

    def verify(self) -> None:
        """This copies the rest, and sees that nothing is missing."""
        self.copying.rounds(enough=0)
        self.copy_log(enough=0)
        self.settle_log()
        self.verify_log()
        constraints.restore(self.new, self.record.facts.get("foreign_keys", []))

    @abstractmethod
    def switch(self) -> None:
        """This decides, in one transaction in the deployable with the record."""

    @abstractmethod
    def resume(self) -> None:
        """This has the new side begin, now that nothing can be undone."""

    @abstractmethod
    def watch(self) -> None:
        """This sees that the new side delivers, and tidies up."""

    # -- what the ways do each in their own manner -----------------------------------------

    @property
    @abstractmethod
    def ends_in(self) -> State:
        """This is the state of a move that has gone through."""

    @abstractmethod
    def place_fence(self, epoch: int) -> None:
        """This tells all processes that the module is being moved, and stops its deliveries."""

    @abstractmethod
    def open_fence(self) -> None:
        """This lets the old side go on, if a fence stands; any number of times."""

    @abstractmethod
    def give_up(self) -> None:
        """This takes away all that a move before its switch has made."""

    @abstractmethod
    def copy_log_batch(self, until: int | None) -> int:
        """This copies a batch of messages, and gives how many positions are left."""

    @abstractmethod
    def compare_log(self) -> None:
        """This compares what there is of the module in both logs. Raises: Differs."""

    @abstractmethod
    def settle_log(self) -> None:
        """This waits until all that was copied has its position."""

    @abstractmethod
    def verify_log(self) -> None:
        """This compares what was copied since `compare_log`. Raises: Differs."""

    # -- what they share -------------------------------------------------------------------

    def copy_log(self, *, enough: int) -> int:
        """This copies messages until few are left; gives how many batches it took beyond one."""
        until = self.record.facts.get("cut") if enough == 0 else None
        batches = 0
        total = 0
        while (left := self.copy_log_batch(until)) > enough:
            total = max(total, left)
            self.watcher.progress("messages", done=total - left, total=total)
            self.watcher.reached("messages copied")
            batches += 1
        self.watcher.reached("messages copied")
        return batches

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

    def wait_until_known(self) -> None:
        """This waits until every process goes by the placements that are committed."""
        time.sleep(EVERYBODY_KNOWS_SECONDS)

    def note_pause(self) -> None:
        """This notes for how long callers have waited, where it was this process that had them."""
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
            raise Differs(f"{old} {what} on {self.old.name}, and {new} on {self.new.name}")
