"""A mover that is killed, anywhere: resumed or aborted, and never anything in between."""

from __future__ import annotations

import pytest

from modules.kernel.extraction.moving import operating
from modules.kernel.placements import State, read_placements
from tests.extraction import scene
from tests.extraction.conftest import Tried
from tests.extraction.scene import Outcome
from tests.extraction.stage import Stage, occurrences


@pytest.mark.timeout(3600)
def test_on_its_way_out(stage: Stage, unmoved: Outcome, every: bool, tried: Tried) -> None:
    points = occurrences(stage.milestones(operating.cut_over), every=every)
    switched_at = [name for name, _ in points].index("switched")
    for number, (milestone, nth) in enumerate(points):
        for aborted in (True, False) if every else (bool(number % 2),):
            stage.renew()
            tried(f"the mover killed on its way out ({stage.databases.kind})")
            where = f"at {milestone!r} ({nth}), {'aborted' if aborted else 'resumed'}"
            assert stage.move(operating.cut_over, kill_at=milestone, nth=nth) == "killed", where
            expected = unmoved.with_deposit() if scene.try_to_deposit("meanwhile") else unmoved
            if number >= switched_at:
                if aborted:
                    assert "switched already" in stage.move(operating.abort), where
                assert not scene.try_to_deposit("after the switch"), where
            elif aborted:
                assert stage.move(operating.abort) == "", where
                assert _placed() in (None, State.HERE), where
                assert scene.outcome() == expected, where
                assert stage.service_is_empty(), where
                continue
            assert stage.move(operating.resume) == "", where
            assert _placed() is State.ELSEWHERE, where
            assert stage.in_service(scene.outcome) == expected, where


@pytest.mark.timeout(3600)
def test_on_its_way_back(stage: Stage, unmoved: Outcome, every: bool, tried: Tried) -> None:
    assert stage.move(operating.cut_over) == ""
    stage.in_service(scene.do_some)
    stage.keep("moved out")
    points = occurrences(stage.milestones(operating.roll_back), every=every)
    switched_at = [name for name, _ in points].index("switched")
    for number, (milestone, nth) in enumerate(points):
        for aborted in (True, False) if every else (bool(number % 2),):
            stage.renew(like="moved out")
            tried(f"the mover killed on its way back ({stage.databases.kind})")
            where = f"at {milestone!r} ({nth}), {'aborted' if aborted else 'resumed'}"
            assert stage.move(operating.roll_back, kill_at=milestone, nth=nth) == "killed", where
            is_back = number >= switched_at
            meanwhile = stage.in_service(scene.meanwhile)
            assert not (meanwhile and is_back), where
            expected = unmoved.with_deposit()
            expected = expected.with_deposit() if meanwhile else expected
            if aborted and not is_back:
                assert stage.move(operating.abort) == "", where
                assert _placed() is State.ELSEWHERE, where
                assert stage.in_service(scene.outcome) == expected, where
                continue
            if aborted:
                assert "switched already" in stage.move(operating.abort), where
            assert stage.move(operating.resume) == "", where
            assert _placed() is State.HERE, where
            assert scene.outcome() == expected, where


def _placed() -> State | None:
    found = read_placements("default").get("payments")
    return found.state if found else None
