"""The canonical form of a saga: plain data, with a hash that instances are pinned to.

`language` compiles a class into it; `decide` runs on it; the engine stores it, so that an
instance ends under the definition it began with, whatever the code says meanwhile.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import msgspec

from modules.kernel.sagas.references import Reference

#: However fast the time for an answer grows.
LONGEST_TIMEOUT_SECONDS = 86_400.0


class StepKind(StrEnum):
    """This tells a command to another module from a transaction of the saga's own module."""

    COMMAND = "command"
    LOCAL = "local"


class OnTimeout(StrEnum):
    """This tells what follows when a step before the pivot is not answered in time.

    ``UNDO``: it is in doubt, and undone like one that was done. ``ASK``: it is asked for
    again, which a participant that has done it answers as it did; undone when that is in vain.
    """

    UNDO = "undo"
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """This tells how long something is asked for before an operator is.

    Attributes:
        attempts: how often.
        factor: by what each attempt's time is longer than that of the one before.
        escalate_after_seconds: at the latest when so long was waited in all; 0 for never.
    """

    attempts: int = 10
    factor: float = 1.0
    escalate_after_seconds: float = 0.0


#: As long as nothing else is said.
DEFAULT_RETRY = Retry()


@dataclass(frozen=True, slots=True, kw_only=True)
class SemanticLock:
    """This keeps other sagas from what a step changes, until its saga has ended.

    A saga commits what it may yet undo. Whoever reads that meanwhile has read something that
    will never have been; the lock keeps those away who declare it too.

    Source: L. Frank and T. Zahle, "Semantic ACID properties in multidatabases" (1998).

    Attributes:
        name: what is locked, such as ``"order"``.
        key: which one.
        wait: a step that finds it held waits for it, its timeout long; else it is refused
            with the code ``locked``.
    """

    name: str
    key: Reference
    wait: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """This has a value read again before a step is asked for ("reread value").

    Attributes:
        read: name of the local function that reads it; it changes nothing.
        expected: what it gave when the saga first used it; where it now gives another value
            the step is refused with the code ``changed-meanwhile``.
    """

    read: str
    expected: Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """This is one step: what does it, what its answers are, what undoes it.

    Attributes:
        after: the steps that must be done before this one; steps that do not wait for each
            other run side by side.
        action: wire name of the command, or name of the local transaction.
        args: field of the command → where its value comes from.
        success: wire names of the events that say it was done.
        failure: wire names of the events that say it was not done, and will not be.
        undo: wire name of the command, or name of the local transaction; empty without one.
        undo_args: as `args`; from the input only, so that a step in doubt can be undone.
        undone: wire names of the events that say the undo was done.
        timeout_seconds: after which a step not answered is in doubt.
        on_timeout: what follows then, before the pivot.
        retry: for how long it is asked for, where it is asked for again.
        undo_retry: for how long its undo is.
        locks: taken before it is asked for, and let go when the saga has ended.
        unchanged: read again before it is asked for.
        pivot: once it is done, the saga only goes forward.
        retriable: it is asked for until it is done; every step after the pivot.
    """

    name: str
    kind: StepKind
    after: tuple[str, ...] = ()
    action: str
    action_version: int = 1
    args: dict[str, Reference]
    success: tuple[str, ...] = ()
    failure: tuple[str, ...] = ()
    undo: str = ""
    undo_version: int = 1
    undo_args: dict[str, Reference]
    undone: tuple[str, ...] = ()
    timeout_seconds: float = 0.0
    on_timeout: OnTimeout = OnTimeout.UNDO
    retry: Retry = DEFAULT_RETRY
    undo_retry: Retry = DEFAULT_RETRY
    locks: tuple[SemanticLock, ...] = ()
    unchanged: tuple[Unchanged, ...] = ()
    pivot: bool = False
    retriable: bool = False

    def seconds_for(self, attempt: int, *, undo: bool) -> float:
        """This gives how long an attempt, counted from 1, may take to be answered."""
        factor = (self.undo_retry if undo else self.retry).factor
        return min(self.timeout_seconds * factor ** (attempt - 1), LONGEST_TIMEOUT_SECONDS)

    def is_given_up(self, attempts: int, *, undo: bool) -> bool:
        """This tells whether so many attempts in vain are enough."""
        retry = self.undo_retry if undo else self.retry
        waited = sum(self.seconds_for(one, undo=undo) for one in range(1, attempts + 1))
        return attempts >= retry.attempts or 0 < retry.escalate_after_seconds <= waited


@dataclass(frozen=True, kw_only=True)
class Definition:
    """This is a saga in canonical form.

    Attributes:
        name: ``module.name``; the module runs it.
        input: wire name of the event that starts an instance; its key is the instance's id.
        steps: in the order in which they are written; each waits for those in its `after`.
    """

    name: str
    version: int
    input: str
    steps: tuple[Step, ...]

    @property
    def module(self) -> str:
        return self.name.partition(".")[0]

    @cached_property
    def canonical(self) -> str:
        """This is the definition as JSON: the same text for the same definition."""
        return msgspec.json.encode(self, order="deterministic").decode()

    @cached_property
    def hash(self) -> str:
        """This is the identity instances are pinned to: SHA-256 of the canonical text."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    @classmethod
    def from_canonical(cls, text: str) -> "Definition":
        """This gives the definition back from its canonical text."""
        return msgspec.json.decode(text, type=cls)

    def step(self, name: str) -> Step:
        """This gives a step by name."""
        return next(step for step in self.steps if step.name == name)

    def followers(self, name: str) -> tuple[Step, ...]:
        """This gives the steps that wait for this one."""
        return tuple(step for step in self.steps if name in step.after)

    def before(self, name: str) -> frozenset[str]:
        """This gives the names of all steps that are done before this one, near and far."""
        near = self.step(name).after
        return frozenset(near).union(*(self.before(one) for one in near))
