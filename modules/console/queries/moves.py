"""Moves of modules out of this deployable and back, as their records say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modules.kernel.extraction.moving.operating import latest_moves
from modules.kernel.placements import ShadowOutcome, read_shadows

_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """This is one run of a phase; without `seconds` it has not ended."""

    name: str
    seconds: float | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """This is how far the phase is that is under way; `seconds_left` is an estimate."""

    what: str
    done: int
    total: int
    seconds_left: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """This is one move.

    Attributes:
        way: ``out`` or ``back``.
        service: the URL on the other end.
        stopped: it was left in this phase with this note; empty while all goes well.
        paused_seconds: for how long callers had to wait, where they had to.
    """

    module: str
    way: str
    service: str
    state: str
    phase: str
    epoch: int
    began_at: datetime
    ended_at: datetime | None
    paused_seconds: float | None
    progress: Progress | None
    phases: tuple[Phase, ...]

    @property
    def is_under_way(self) -> bool:
        return self.state == "running"

    @property
    def stopped(self) -> str:
        return self.phases[-1].note if self.is_under_way and self.phases else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """This is how the questions to one method fared that were asked of both.

    Attributes:
        settled: the same a moment later.
    """

    module: str
    method: str
    same: int
    settled: int
    different: int
    unanswered: int
    left_out: int


def compared() -> tuple[Compared, ...]:
    """This gives the questions of each module's last shadow, by module and method."""
    return tuple(
        Compared(
            module=module,
            method=method,
            **{one.value: outcomes.get(one, 0) for one in ShadowOutcome},
        )
        for module, methods in read_shadows().items()
        for method, outcomes in methods.items()
    )


def moves() -> tuple[Move, ...]:
    """This gives the latest moves, the latest first."""
    return tuple(_move(told) for told in latest_moves(_SHOWN))


def _move(told: dict[str, Any]) -> Move:
    progress = told["progress"]
    return Move(
        module=told["module"],
        way=told["direction"],
        service=told["service"],
        state=told["state"],
        phase=told["phase"],
        epoch=told["epoch"],
        began_at=datetime.fromisoformat(told["began_at"]),
        ended_at=datetime.fromisoformat(told["ended_at"]) if told["ended_at"] else None,
        paused_seconds=told["paused_seconds"],
        progress=Progress(
            what=progress["what"],
            done=progress["done"],
            total=progress["total"],
            seconds_left=progress["seconds_left"],
        )
        if progress
        else None,
        phases=tuple(
            Phase(name=one["phase"], seconds=one["seconds"], note=one["note"])
            for one in told["phases"]
        ),
    )
