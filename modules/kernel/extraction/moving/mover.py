"""The protocol of a move, whichever way it goes: phases, the fence, and what a crash leaves.

    prepare → copy → catch-up → compare → shadow → fence → drain → verify → switch → resume → watch

Each phase is recorded in the deployable that the module leaves first, may be run again, and leaves
what the next one needs in the databases. Until the transaction that `switch` commits there, the
move can be given up and nothing has changed; from then on it only goes forward. So a mover that
was killed is resumed or aborted, whatever it was at.

Keeps P2, P3 and P9 over a move; the proof obligations are in docs/extraction.md.
Source: the switch of traffic in Vitess (MoveTables, VDiff, SwitchTraffic, ReverseTraffic).
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable

from modules.kernel.extraction.moving import constraints, deliveries, guards, log
from modules.kernel.extraction.moving.errors import NotReady
from modules.kernel.extraction.moving.ground import Ground
from modules.kernel.extraction.moving.record import State
from modules.kernel.extraction.moving.sides import still_only_mover

PHASES = (
    "prepare",
    "copy",
    "catch-up",
    "compare",
    "shadow",
    "fence",
    "drain",
    "verify",
    "switch",
    "resume",
    "watch",
)
#: Those in which what was read when the move began must still be read.
_ROWS_ARE_COPIED = PHASES[PHASES.index("copy") : PHASES.index("resume")]
#: Those during which callers wait.
FENCED_PHASES = ("fence", "drain", "verify", "switch")

#: A move that is being given up; it can be nothing else any more.
GIVING_UP = "abort"

#: The fence is closed once no more than so many changes, and messages, are left to copy.
FEW_CHANGES = 100
FEW_MESSAGES = 500

#: How often copying may fail to catch up before it is said.
_LAPS = 50


class Mover(Ground):
    """This moves one module from the side that is in charge, `old`, to the other, `new`."""

    def run(self) -> None:
        """This goes through all phases, or goes on where an earlier mover stopped.

        Raises:
            MoveError: it stopped; callers do not wait for it any more.
        """
        begun = self.record.move.phase
        if begun == GIVING_UP:
            raise NotReady(f"this move of {self.module} is being given up: --abort goes on with it")
        constraints.uncheck(self.new)
        if begun in FENCED_PHASES:
            # The mover that closed it is gone. Others need not wait until this one is here again.
            self.open_fence()
            begun = "catch-up"
        if PHASES.index(begun) < PHASES.index("resume"):
            # `verify` has them hold again, and an earlier mover may have come to that.
            constraints.drop(self.new, self.record.facts.get("foreign_keys", []))
        for phase in PHASES[PHASES.index(begun) :]:
            self._run_phase(phase)
        self.record.end(self.ends_in)

    def abort(self) -> None:
        """This gives the move up: everything is as it was before.

        What it takes away is missed by a move that goes on. So it is recorded first, and a mover
        that is killed at it can but do it again.

        Raises:
            NotReady: it has been switched already.
        """
        self.refuse_if_switched()
        constraints.uncheck(self.new)
        self.open_fence()
        with self.record.phase(GIVING_UP):
            self.watcher.reached("given up")
            self.give_up()
        self.record.end(State.ABORTED)

    def refuse_if_switched(self) -> None:
        """This refuses to give up a move that is one. Raises: NotReady."""
        if self.record.move.phase in ("resume", "watch"):
            raise NotReady(
                f"{self.module} has been switched already: --resume finishes the move, and "
                "--rollback moves it back afterwards"
            )

    def _run_phase(self, phase: str) -> None:
        self.watcher.began(phase)
        self.watcher.reached(f"{phase} begins")
        step: Callable[[], None] = getattr(self, phase.replace("-", "_"))
        try:
            with self.record.phase(phase):
                if phase in _ROWS_ARE_COPIED:
                    self.refuse_if_rebuilt()
                step()
        except BaseException:  # Also where the operator ends it: callers must not go on waiting.
            # A commit whose connection was lost may have decided the move, and not be through yet.
            still_only_mover(self.here, self.module)
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
        self.new.gather_statistics((*(table.target for table in self.copying.tables), *log.TABLES))
        self.copying.compare()
        self.compare_log()
        self.catch_up()

    def shadow(self) -> None:
        """This has both sides answer questions for a while, where the operator wants it."""

    def fence(self) -> None:
        """This has callers wait, and refuses what does not know yet that it has to."""
        self._closed_at = time.monotonic()
        epoch = self.next_epoch()
        self.pace.hurry()
        self.place_fence(epoch)
        placed_at = time.monotonic()
        self.watcher.reached("fence placed")
        # While it gets about: this need not be copied when nothing goes on at all.
        self.copying.rounds(enough=FEW_CHANGES)
        self.copy_log(enough=FEW_MESSAGES)
        self.wait_until_known(since=placed_at)
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

    def copy_log(self, *, enough: int) -> int:
        """This copies messages until few are left; gives how many batches it took beyond one."""
        until = self.record.facts.get("cut") if enough == 0 else None
        batches = 0
        total = 0
        while True:
            with self.pace.step():
                left = self.copy_log_batch(until)
            self.watcher.reached("messages copied")
            if left <= enough:
                return batches
            total = max(total, left)
            self.watcher.progress("messages", done=total - left, total=total)
            batches += 1
