"""A module moves out: what it has goes along, and what it had not done yet is done there, once."""

from __future__ import annotations

from modules.kernel.extraction.moving import operating
from modules.kernel.placements import State, read_placements
from tests.extraction import scene
from tests.extraction.scene import Outcome
from tests.extraction.stage import Stage


def test_ends_as_if_it_had_stayed(stage: Stage, unmoved: Outcome) -> None:
    assert stage.move(operating.cut_over) == ""

    assert read_placements("default")["payments"].state is State.ELSEWHERE
    assert stage.in_service(scene.outcome) == unmoved
