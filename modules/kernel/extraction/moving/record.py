"""The record of a move, in the database of the deployable that the module leaves first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
from django.db.models.functions import Now

from modules.kernel.extraction.models import Move, MovePhase
from modules.kernel.extraction.moving.sides import Side

State = Move.State


class Record:
    """This is one move as it is recorded."""

    def __init__(self, here: Side, move: Move) -> None:
        self._here = here
        self.move = move

    @property
    def parameters(self) -> dict[str, Any]:
        """This is what the operator asked for."""
        found: dict[str, Any] = msgspec.json.decode(self.move.parameters)
        return found

    @property
    def facts(self) -> dict[str, Any]:
        """This is what phases have told later ones."""
        found: dict[str, Any] = msgspec.json.decode(self.move.facts)
        return found

    def tell(self, **facts: Any) -> None:
        """This tells later phases something, in the open transaction if there is one."""
        self._save(facts=msgspec.json.encode({**self.facts, **facts}).decode())

    @contextmanager
    def phase(self, name: str, *, note: str = "") -> Iterator[None]:
        """This notes when a phase begins, and when it has ended, with what is to be said of it."""
        self._save(phase=name)
        row = MovePhase.objects.using(self._here.alias).create(move=self.move, name=name)
        try:
            yield
        except Exception as error:
            self._end(row, f"{type(error).__name__}: {error}")
            raise
        self._end(row, note)

    def fenced(self, epoch: int) -> None:
        """This notes the epoch of the last fence."""
        self._save(epoch=epoch)

    def switch(self, phase: str) -> None:
        """This notes that there is no way but forward now, in the transaction that decides it."""
        self._save(phase=phase)

    def reload(self) -> None:
        """This reads again what is committed."""
        self.move.refresh_from_db(using=self._here.alias)

    def end(self, state: Move.State) -> None:
        """This notes how the move ended."""
        Move.objects.using(self._here.alias).filter(pk=self.move.pk).update(
            state=state, ended_at=Now()
        )
        self.reload()

    def history(self) -> list[dict[str, Any]]:
        """This gives all phases there were, in order."""
        rows = MovePhase.objects.using(self._here.alias).filter(move=self.move).order_by("pk")
        return [
            {
                "phase": row.name,
                "began_at": row.began_at.isoformat(),
                "seconds": _seconds(row.began_at, row.ended_at),
                "note": row.note,
            }
            for row in rows
        ]

    def _save(self, **values: Any) -> None:
        Move.objects.using(self._here.alias).filter(pk=self.move.pk).update(**values)
        for name, value in values.items():
            setattr(self.move, name, value)

    def _end(self, row: MovePhase, note: str) -> None:
        MovePhase.objects.using(self._here.alias).filter(pk=row.pk).update(
            ended_at=Now(), note=note
        )


def begin(
    here: Side, module: str, direction: str, *, phase: str, parameters: dict[str, Any]
) -> Record:
    """This records a new move."""
    move = Move.objects.using(here.alias).create(
        module=module,
        direction=direction,
        state=State.RUNNING,
        phase=phase,
        parameters=msgspec.json.encode(parameters).decode(),
    )
    return Record(here, move)


def last(here: Side, module: str, *states: Move.State) -> Record | None:
    """This gives the module's latest move, or the latest in one of some states."""
    moves = Move.objects.using(here.alias).filter(module=module)
    if states:
        moves = moves.filter(state__in=states)
    move = moves.order_by("-pk").first()
    return Record(here, move) if move else None


def moves_of(here: Side, module: str = "", *, limit: int | None = None) -> list[Record]:
    """This gives the moves of a module, or of all, the latest first."""
    moves = Move.objects.using(here.alias).order_by("-pk")
    if module:
        moves = moves.filter(module=module)
    return [Record(here, move) for move in moves[:limit]]


def _seconds(began: datetime, ended: datetime | None) -> float | None:
    return None if ended is None else round((ended - began).total_seconds(), 3)
