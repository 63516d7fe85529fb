"""How compatible a contract must stay: the modes, and the judgement of a whole history.

Messages on the bus are kept FULL_TRANSITIVE: what was sent yesterday is still in the log
and is read tomorrow, and while a release goes out old code reads what new code sends.

Source: the names are those of Confluent's Schema Registry; the judgement is not, see
`modules.kernel.schemas.compatibility`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from modules.kernel.schemas.compatibility import Compatible, Incompatible, Unknown, compatible
from modules.kernel.schemas.keywords import Schema


class Mode(StrEnum):
    """This says who must be able to read whom."""

    NONE = "NONE"
    BACKWARD = "BACKWARD"
    BACKWARD_TRANSITIVE = "BACKWARD_TRANSITIVE"
    FORWARD = "FORWARD"
    FORWARD_TRANSITIVE = "FORWARD_TRANSITIVE"
    FULL = "FULL"
    FULL_TRANSITIVE = "FULL_TRANSITIVE"

    @property
    def transitive(self) -> bool:
        return self.endswith("_TRANSITIVE")


class Direction(StrEnum):
    """This says which of two editions writes and which reads."""

    BACKWARD = "old messages, read by the new code"
    FORWARD = "new messages, read by the old code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """This is a contract as it stood at one time.

    Attributes:
        at: when, for a person: a commit.
    """

    at: str
    schema: Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """This is one edition that today's contract does not go with, and the proof."""

    direction: Direction
    edition: Edition
    verdict: Incompatible | Unknown


def breaks(
    history: Sequence[Edition],
    today: Schema,
    mode: Mode,
    *,
    part: Callable[[Schema], Schema] = lambda document: document,
) -> Iterator[Break]:
    """This gives what today's schema breaks, the newest edition first.

    Args:
        history: the editions that are kept, oldest first.
        part: takes the judged part out of a document, by default all of it.
    """
    if mode is Mode.NONE:
        return
    for edition in reversed(history if mode.transitive else history[-1:]):
        for direction in Direction:
            if not mode.startswith(("FULL", direction.name)):
                continue
            old, new = part(edition.schema), part(today)
            backward = direction is Direction.BACKWARD
            verdict = compatible(old, new) if backward else compatible(new, old)
            if not isinstance(verdict, Compatible):
                yield Break(direction=direction, edition=edition, verdict=verdict)
