"""A module comes back: with all that it has done elsewhere, and nothing is done a second time."""

from __future__ import annotations

from modules.kernel.extraction.moving import operating
from modules.kernel.placements import State, read_placements
from tests.extraction import scene
from tests.extraction.scene import Outcome
from tests.extraction.stage import Stage


def test_rolls_back_at_once(stage: Stage, unmoved: Outcome) -> None:
    assert stage.move(operating.cut_over) == ""
    assert stage.move(operating.roll_back) == ""

    assert read_placements("default")["payments"].state is State.HERE
    assert scene.outcome() == unmoved
    assert scene.seal_is_whole()


def test_rolls_back_what_was_done_elsewhere(stage: Stage, unmoved: Outcome) -> None:
    assert stage.move(operating.cut_over) == ""
    stage.in_service(scene.do_some)
    assert stage.move(operating.roll_back) == ""

    assert scene.outcome() == unmoved.with_deposit()
    assert scene.seal_is_whole()


def test_is_absorbed_when_its_tables_are_gone(stage: Stage, unmoved: Outcome) -> None:
    assert stage.move(operating.cut_over) == ""
    stage.in_service(scene.do_some)
    assert stage.move(operating.finish_move) == ""
    assert stage.count_here("payments_payment") == 0
    assert stage.move(operating.absorb) == ""

    assert scene.outcome() == unmoved.with_deposit()


def test_goes_out_again_after_it_came_back(stage: Stage, unmoved: Outcome) -> None:
    for do in (operating.cut_over, operating.roll_back, operating.cut_over):
        assert stage.move(do) == ""
    assert stage.in_service(scene.outcome) == unmoved
