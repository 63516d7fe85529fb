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


class StepKind(StrEnum):
    """This tells a command to another module from a transaction of the saga's own module."""

    COMMAND = "command"
    LOCAL = "local"


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
    pivot: bool = False
    retriable: bool = False


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
