"""Servers and workers of both sides are killed in each phase of a move, while customers order.

Killed movers are in `test_killed_mover`, killed databases in `test_killed_databases`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from modules.kernel.extraction.moving.mover import PHASES
from tests.extraction.conftest import KINDS, Tried
from tests.extraction.front import Front
from tests.extraction.live import Live, live
from tests.extraction.logs import check_order_per_key
from tests.extraction.shoppers import Shoppers

ROLES = ("monolith", "monolith-worker", "service", "service-worker")
#: What is tried where not all is.
SHARE = {("sqlite", "monolith-worker"), ("postgresql", "service")}
ELSEWHERE = "tried by `make faults-extraction`"

_A_SECOND = 1
#: Each attempt has a phase less to be killed in.
_ATTEMPTS = len(PHASES) + 1
#: Whoever was killed is not back at once.
_PATIENTLY = ("--max-pause", "60")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ROLES)
def test_is_killed_in_each_phase_there_and_back(
    role: str, kind: str, tmp_path: Path, every: bool, tried: Tried
) -> None:
    if not every and (kind, role) not in SHARE:
        pytest.skip(ELSEWHERE)
    with live(kind, tmp_path, workers=True) as running, customers_of(running) as shoppers:
        for do, ends_in in (("cut_over", "elsewhere"), ("roll_back", "here")):
            shoppers.wait_for(3)
            _move_and_kill(running, role, do, tried)
            assert _placed(running) == ends_in
        running.wait_until_it_runs(role)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS)
def test_all_are_killed_at_once_in_each_phase(
    kind: str, tmp_path: Path, every: bool, tried: Tried
) -> None:
    if not every:
        pytest.skip(ELSEWHERE)
    with live(kind, tmp_path, workers=True) as running, customers_of(running):
        for number, phase in enumerate(PHASES):
            tried("all killed at once before a phase, the mover too")
            _cut_the_power(running, phase)
            if number % 2 and phase not in ("resume", "watch"):
                running.move("cutover", "--abort", *_PATIENTLY)
            else:
                running.move("cutover", "--resume", *_PATIENTLY)
                assert _placed(running) == "elsewhere", phase
                running.move("cutover", "--rollback", *_PATIENTLY)
            assert _placed(running) == "here", phase


@contextmanager
def customers_of(running: Live) -> Iterator[Shoppers]:
    """This has customers order inside the block, and then sees that all is as it must be."""
    front = Front((running.url,), running.token(), patient=True)
    shoppers = Shoppers(front, module=running.module, a_second=_A_SECOND)
    shoppers.wait_until_open()
    with shoppers.at_it():
        yield shoppers
        shoppers.wait_for(3)
    shoppers.wait_until_all_have_ended()
    shoppers.check()
    check_order_per_key(*running.databases.values())


def _move_and_kill(running: Live, role: str, do: str, tried: Tried) -> None:
    """This moves the module, and kills the process once in each phase.

    It is started again at once, and works again before the next phase begins.
    """
    left = set(PHASES)
    for _ in range(_ATTEMPTS):
        mover = running.halting(do)
        for phase in mover.phases():
            running.wait_until_it_runs(role)
            if phase in left:
                left.remove(phase)
                tried(f"{role} killed in a phase")
                running.kill(role)
                running.run(role)
        if not mover.refusal:
            break
        do = "resume"
    else:
        raise AssertionError(f"it was not moved: {mover.refusal}")
    assert not left, f"there was no {left}"


def _cut_the_power(running: Live, before: str) -> None:
    """This moves the module out up to a phase, kills all there is, and starts it again."""
    mover = running.halting("cut_over")
    assert before in mover.phases(), mover.refusal
    mover.kill()
    for role in ROLES:
        running.kill(role)
    for role in ROLES:
        running.run(role)
    for role in ROLES:
        running.wait_until_it_runs(role)


def _placed(running: Live) -> str:
    return str(running.move("cutover", "--status")["placed"])
