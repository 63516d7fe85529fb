"""Compositions as data: what is asked, how long each part is waited for, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

Q = TypeVar("Q")


class State(StrEnum):
    """This is what became of a part.

    Attributes:
        OK: it is there.
        MISSING: whoever was asked could not answer, or what it needs is not there itself.
        LATE: it was not there by its deadline.
    """

    OK = "ok"
    MISSING = "missing"
    LATE = "late"


class BadComposition(ValueError):
    """This says what is wrong with a declaration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[Q]):
    """This is one question of a composition.

    Attributes:
        ask: ``ask(question, found)``, where `found` has what the parts of `needs` gave. What it
            does not find is a value of its own choice; `Unavailable` leaves the part out. Written
            in the module that asks, for calls are made in the name of the code that makes them.
        seconds: how long it is waited for, from when all that it needs is there.
        required: without it there is no answer: its errors are those of the whole.
        needs: names of earlier parts.
    """

    name: str
    ask: Callable[[Q, Mapping[str, Any]], Any]
    seconds: float
    required: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition(Generic[Q]):
    """This is an answer in parts.

    Attributes:
        name: for logs.
        seconds: after which it is answered with what there is.

    Raises:
        BadComposition: a name is used twice; a part needs one that does not stand before it; a
            required part needs one that may be missing.
    """

    name: str
    seconds: float
    parts: tuple[Part[Q], ...]

    def __post_init__(self) -> None:
        before: dict[str, Part[Q]] = {}
        for part in self.parts:
            if part.name in before:
                raise BadComposition(f"{self.name} has two parts named {part.name}")
            for need in part.needs:
                if need not in before:
                    raise BadComposition(
                        f"{self.name}: {part.name} needs {need}, which must stand before it"
                    )
                if part.required and not before[need].required:
                    raise BadComposition(
                        f"{self.name}: {part.name} is required and needs {need}, which may be "
                        "missing: require that too"
                    )
            before[part.name] = part


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """This is what was put together.

    Attributes:
        states: what became of each part, in the order of the declaration.
        found: what each part gave that is there.
    """

    states: Mapping[str, State]
    found: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """This gives a part that is there. Raises: KeyError."""
        return self.found[name]

    def get(self, name: str, default: Any = None) -> Any:
        """This gives a part, or `default` where it is not there."""
        return self.found.get(name, default)

    @property
    def incomplete(self) -> tuple[str, ...]:
        """These are the parts that are not there."""
        return tuple(name for name, state in self.states.items() if state is not State.OK)
