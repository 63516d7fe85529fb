"""Bugs that a mover could have, planted: each is refused by the move itself, or seen in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from modules.kernel.extraction.moving import (
    deliveries,
    guards,
    handled,
    log,
    operating,
    positions,
    rows,
)
from modules.kernel.extraction.moving.copying import Copying
from modules.kernel.extraction.moving.hearing import Hearing
from modules.kernel.extraction.moving.sides import Side
from tests.extraction import scene
from tests.extraction.busy import cut_over_busily
from tests.extraction.scene import Outcome
from tests.extraction.stage import Stage

_rounds, _positions_there = Copying.rounds, positions.positions_there
_compare_with = handled.compare_with


def _nothing(*args: Any, **kwargs: Any) -> None:
    """This is what was forgotten."""


def _no_last_round(self: Copying, *, enough: int) -> int:
    return _rounds(self, enough=enough) if enough else 0


def _too_far(new: Side, positions: Iterable[int]) -> dict[int, int]:
    return {one: there + 10 for one, there in _positions_there(new, positions).items()}


def _at_the_start(new: Side, positions: Iterable[int]) -> dict[int, int]:
    return dict.fromkeys(positions, 0)


def _uncarried(source: str, target: str, texts: list[str]) -> list[str]:
    return list(texts)


def _all_done(service: Side, here: Side, hearing: Hearing, *, floor: int) -> handled.Had:
    return replace(_compare_with(service, here, hearing, floor=1_000_000), head=1_000_000)


Plant = Callable[[pytest.MonkeyPatch], None]

ON_THE_WAY_OUT: dict[str, Plant] = {
    "the last round is skipped": lambda to: to.setattr(Copying, "rounds", _no_last_round),
    "changes are not noted": lambda to: to.setattr(guards, "note", _nothing),
    "what was set aside is forgotten": lambda to: to.setattr(
        deliveries, "hand_out_set_asides", _nothing
    ),
    "what is scheduled is forgotten": lambda to: to.setattr(
        deliveries, "hand_over_scheduled", _nothing
    ),
    "checkpoints are ten too far": lambda to: to.setattr(deliveries, "positions_there", _too_far),
    "deliveries begin anew": lambda to: to.setattr(deliveries, "positions_there", _at_the_start),
    "personal data come without their keys": lambda to: to.setattr(log, "carry_keys", _uncarried),
    "rows that are gone are not copied": lambda to: to.setattr(rows, "copy_keys", _nothing),
}

ON_THE_WAY_BACK: dict[str, Plant] = {
    "what was not done there is taken for done": lambda to: to.setattr(
        handled, "compare_with", _all_done
    ),
    "changes there are not copied": lambda to: to.setattr(Copying, "rounds", lambda *_, **__: 0),
    "messages there are not copied": lambda to: to.setattr(log, "append", _nothing),
}


def test_work_goes_on_and_nothing_of_it_is_lost(stage: Stage, unmoved_and_busy: Outcome) -> None:
    assert stage.move(cut_over_busily) == ""
    assert stage.in_service(scene.outcome) == unmoved_and_busy


@pytest.mark.parametrize("bug", ON_THE_WAY_OUT)
def test_is_seen_on_the_way_out(
    bug: str, stage: Stage, unmoved_and_busy: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    ON_THE_WAY_OUT[bug](monkeypatch)
    said = stage.move(cut_over_busily)
    monkeypatch.undo()
    assert said.startswith("Differs") or not stage.ends_in_service_as(unmoved_and_busy)


@pytest.mark.parametrize("bug", ON_THE_WAY_BACK)
def test_is_seen_on_the_way_back(
    bug: str, stage: Stage, unmoved: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stage.move(operating.cut_over) == ""
    stage.in_service(scene.do_some)
    ON_THE_WAY_BACK[bug](monkeypatch)
    said = stage.move(operating.roll_back)
    monkeypatch.undo()
    assert said.startswith("Differs") or scene.outcome() != unmoved.with_deposit()
