"""A move that is given up: wholly, whatever dies meanwhile, and with no way to go on with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from modules.kernel.extraction.moving import operating
from modules.kernel.extraction.moving.record import State as MoveState
from modules.kernel.extraction.moving.record import last
from modules.kernel.extraction.moving.watching import Nobody
from modules.kernel.placements import State, read_placements
from tests.extraction import scene
from tests.extraction.conftest import Tried
from tests.extraction.scene import Outcome
from tests.extraction.stage import HERE, CrashAt, Stage, forked, occurrences

#: Where both ways have the most to take away.
LAST = "switch begins"


def test_on_its_way_out_whatever_kills_it(stage: Stage, unmoved: Outcome, tried: Tried) -> None:
    assert stage.move(operating.cut_over, kill_at=LAST) == "killed"
    for where in _each_kill(stage, tried):
        assert _placed() in (None, State.HERE), where
        assert scene.outcome() == unmoved, where
        assert stage.service_is_empty(), where
        assert _keys_unchecked(stage) == [], where


def test_on_its_way_back_whatever_kills_it(stage: Stage, unmoved: Outcome, tried: Tried) -> None:
    assert stage.move(operating.cut_over) == ""
    stage.in_service(scene.do_some)
    assert stage.move(operating.roll_back, kill_at=LAST) == "killed"
    for where in _each_kill(stage, tried):
        assert _placed() is State.ELSEWHERE, where
        assert stage.move(operating.roll_back) == "", where
        assert scene.outcome() == unmoved.with_deposit(), where


def test_absorbing_whatever_kills_it(stage: Stage, unmoved: Outcome, tried: Tried) -> None:
    assert stage.move(operating.cut_over) == ""
    stage.in_service(scene.do_some)
    assert stage.move(operating.finish_move) == ""
    assert stage.move(operating.absorb, kill_at=LAST) == "killed"
    for where in _each_kill(stage, tried):
        assert _placed() is State.ELSEWHERE, where
        assert stage.count_here("payments_payment") == 0, where
        assert _keys_unchecked(stage) == [], where
        assert stage.move(operating.absorb) == "", where
        assert scene.outcome() == unmoved.with_deposit(), where


def test_without_the_service_whose_database_is_lost(stage: Stage, unmoved: Outcome) -> None:
    assert stage.move(operating.cut_over, kill_at="fence closed") == "killed"
    assert forked(_abort(stage, to_database=_nowhere(stage))) == ""

    found = last(HERE, "payments")
    assert found is not None
    assert found.move.state == MoveState.ABORTED
    assert "the service was not cleared" in found.history()[-1]["note"]
    assert _placed() is State.HERE
    assert scene.try_to_deposit("afterwards")
    # What it has left there is in nobody's way.
    assert stage.move(operating.cut_over) == ""
    assert stage.in_service(scene.outcome) == unmoved.with_deposit()


def test_not_without_the_service_that_has_the_module(stage: Stage) -> None:
    assert stage.move(operating.cut_over) == ""
    assert stage.move(operating.roll_back, kill_at="fence closed") == "killed"
    assert "cannot be reached" in forked(_abort(stage, to_database=_nowhere(stage)))
    assert stage.move(operating.abort) == ""
    assert _placed() is State.ELSEWHERE


def test_a_database_without_tables_is_refused_before_a_move_is_recorded(
    stage: Stage,
) -> None:
    wanted = replace(stage.wanted, to_database=stage.databases.renew("service", like=""))
    assert "migrate" in forked(lambda: operating.cut_over(wanted, Nobody()))
    assert last(HERE, "payments") is None


def test_a_guard_that_is_gone_stops_a_move(stage: Stage, unmoved: Outcome) -> None:
    def lose_guard() -> None:
        HERE.execute("DELETE FROM extraction_guard WHERE module = 'payments'")

    said = stage.move_and_lose(operating.cut_over, CrashAt("fence placed", lose_guard))
    assert "the guard of payments on the database here is gone" in said
    assert stage.move(operating.abort) == ""
    assert scene.outcome() == unmoved


def test_what_is_being_emptied_is_not_rolled_back(stage: Stage, unmoved: Outcome) -> None:
    assert stage.move(operating.cut_over) == ""
    stage.in_service(scene.do_some)
    assert stage.move(operating.finish_move, kill_at="block deleted") == "killed"
    assert "--finish again" in stage.move(operating.roll_back)
    assert stage.move(operating.finish_move) == ""
    assert stage.move(operating.absorb) == ""
    assert scene.outcome() == unmoved.with_deposit()


def _each_kill(stage: Stage, tried: Tried) -> Iterator[str]:
    """This kills the mover at each point of giving up, sees that nobody goes on, and does it again.

    Yields:
        Where it was killed.
    """
    stage.keep("given up")
    for milestone, nth in occurrences(stage.milestones(operating.abort), every=True):
        stage.renew(like="given up")
        tried(f"the mover killed while it gives up ({stage.databases.kind})")
        where = f"at {milestone!r} ({nth})"
        assert stage.move(operating.abort, kill_at=milestone, nth=nth) == "killed", where
        if milestone not in ("fence opened", "service in charge again"):
            assert "is being given up" in stage.move(operating.resume), where
        assert stage.move(operating.abort) == "", where
        yield where


def _abort(stage: Stage, *, to_database: str) -> Callable[[], object]:
    wanted = replace(stage.wanted, to_database=to_database)
    return lambda: operating.abort(wanted, Nobody())


def _nowhere(stage: Stage) -> str:
    """This is a database of the stage's kind that nobody can reach."""
    if stage.databases.kind == "sqlite":
        return "sqlite:////nowhere/gone.sqlite3"
    return "postgres://nobody@127.0.0.1:1/gone"


def _keys_unchecked(stage: Stage) -> list[object]:
    """This gives the foreign keys that do not hold for all that is there."""
    query = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT convalidated"
    if stage.databases.kind == "sqlite":
        return []
    with stage.service() as service:
        return [*HERE.query(query), *service.query(query)]


def _placed() -> State | None:
    found = read_placements("default").get("payments")
    return found.state if found else None
