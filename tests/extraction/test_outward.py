"""A module moves out: what it has goes along, and what it had not done yet is done there, once."""

from __future__ import annotations

from modules.kernel.extraction.moving import log, operating
from modules.kernel.extraction.moving.sides import SOURCE
from modules.kernel.placements import State, read_placements
from tests.extraction import scene
from tests.extraction.scene import Outcome
from tests.extraction.stage import HERE, Stage


def test_ends_as_if_it_had_stayed(stage: Stage, unmoved: Outcome) -> None:
    assert stage.move(operating.cut_over) == ""

    assert read_placements("default")["payments"].state is State.ELSEWHERE
    assert stage.in_service(scene.outcome) == unmoved


def test_handles_nothing_again_that_was_handled_before_its_turn(stage: Stage) -> None:
    """As of a module that has come back, whose consumers are not as far yet."""
    assert log.all_placed(HERE)
    order = scene.order_id("late", 0)
    position = "m.id"
    if HERE.is_postgresql:
        position = "(SELECT p.pos FROM messaging_position p WHERE p.message_id = m.id)"
    HERE.execute(
        "INSERT INTO messaging_handled (consumer, source, part, pos)"
        f" SELECT 'payments', '{SOURCE}', m.part, {position} FROM messaging_message m"
        " WHERE m.key = %s",
        [order],
    )
    assert stage.move(operating.cut_over) == ""

    payments = stage.in_service(scene.outcome).payments
    assert order not in payments
    assert scene.order_id("late", 1) in payments
