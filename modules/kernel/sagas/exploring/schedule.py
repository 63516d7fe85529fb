"""Schedules: which delivery of a run meets which fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """This is what happens to one delivery, at one of its boundaries."""

    #: The process dies with its transaction open; the message is delivered again.
    KILLED = "killed before its commit"
    #: The process dies with its transaction committed; the message is delivered again.
    REDELIVERED = "killed before its acknowledgement"
    #: Its sender has sent it twice, under two ids; the second comes after all that is on its way.
    DOUBLED = "sent twice"
    #: It comes when all others have come, and one reminder has fired meanwhile.
    LATE = "late"
    #: It comes after the next one.
    OVERTAKEN = "overtaken"
    #: It never comes, as from a broker that keeps no promise: reminders must make up for it.
    LOST = "lost"


#: The faults that a log or broker which keeps the order of a key still lets happen.
ORDERED = (Fault.KILLED, Fault.REDELIVERED, Fault.LATE)

#: And those of one that keeps no order, but loses nothing.
UNORDERED = (*ORDERED, Fault.DOUBLED, Fault.OVERTAKEN)

#: And those of one that keeps no promise at all: only reminders make up for what is lost.
UNRELIABLE = (*UNORDERED, Fault.LOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """This is one delivery of a run, where a fault may happen.

    Attributes:
        number: of the delivery, from 0.
        consumer: who it is delivered to.
        message: its wire name.
        faults: those that the message must bear.
    """

    number: int
    consumer: str
    message: str
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        return f"delivery {self.number}, {self.message} to {self.consumer}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """This is a run's plan: the fault of each delivery that has one, by its number."""

    faults: tuple[tuple[int, Fault], ...] = ()

    def at(self, number: int) -> Fault | None:
        """This gives the fault of a delivery."""
        return dict(self.faults).get(number)

    def shorter(self) -> Iterator[Schedule]:
        """This gives the plans that lack one of the faults."""
        for n in range(len(self.faults)):
            yield Schedule(self.faults[:n] + self.faults[n + 1 :])
