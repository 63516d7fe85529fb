"""The service is asked along before callers wait: for as long as was said, and no longer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from modules.kernel.extraction.moving import operating
from modules.kernel.extraction.moving.ground import Shadowing
from modules.kernel.placements import (
    Placement,
    ShadowOutcome,
    State,
    note_shadow,
    read_placements,
)
from tests.extraction import scene
from tests.extraction.front import Front
from tests.extraction.live import live
from tests.extraction.scene import Outcome
from tests.extraction.shoppers import Shoppers
from tests.extraction.stage import KillAt, Stage, forked


class Asked(KillAt):
    """This looks at the placement while both are asked, and has one answer differ if it is to."""

    def __init__(self, *, differs: bool = False) -> None:
        super().__init__()
        self._differs = differs

    def reached(self, milestone: str) -> None:
        super().reached(milestone)
        if milestone != "shadow placed":
            return
        found = placed()
        assert (found.state, found.shadow_percent) == (State.HERE, 10)
        assert found.shadow_url.startswith("http://127.0.0.1:")
        if self._differs:
            asked = "payments/Payments/status(order_id='o-1')"
            note_shadow("payments", "status", ShadowOutcome.DIFFERENT, example=asked)


def shadowed(stage: Stage) -> None:
    """This has a move ask the service along for a moment."""
    stage.wanted = replace(stage.wanted, shadowing=Shadowing(seconds=0.3))


def placed() -> Placement:
    return read_placements("default")["payments"]


def test_is_over_when_the_module_has_moved(stage: Stage, unmoved: Outcome) -> None:
    shadowed(stage)
    assert forked(lambda: operating.cut_over(stage.wanted, Asked())) == ""
    assert (placed().state, placed().shadow_url) == (State.ELSEWHERE, "")
    assert stage.in_service(scene.outcome) == unmoved


def test_stops_a_move_where_answers_differ(stage: Stage, unmoved: Outcome) -> None:
    shadowed(stage)
    said = forked(lambda: operating.cut_over(stage.wanted, Asked(differs=True)))
    assert said.startswith(
        "Differs: the service has answered differently (payments/Payments/status"
    )
    assert (placed().state, placed().shadow_url) == (State.HERE, "")
    assert operating.status("payments")["shadow"] == {"status": {"different": 1}}

    stage.wanted = replace(stage.wanted, shadowing=Shadowing())
    assert stage.move(operating.resume) == ""
    assert stage.in_service(scene.outcome) == unmoved


def test_is_over_when_its_mover_was_killed_and_the_move_given_up(
    stage: Stage, unmoved: Outcome
) -> None:
    shadowed(stage)
    assert stage.move(operating.cut_over, kill_at="shadow placed") == "killed"
    assert placed().shadow_url
    assert stage.move(operating.abort) == ""
    assert (placed().state, placed().shadow_url) == (State.HERE, "")
    assert scene.outcome() == unmoved


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_asks_a_service_that_runs_what_customers_ask(tmp_path: Path) -> None:
    with live("sqlite", tmp_path) as running:
        front = Front((running.url,), running.token())
        shoppers = Shoppers(front, module="payments", a_second=1)
        shoppers.wait_until_open()
        with shoppers.at_it(), looking_at_orders(front, shoppers):
            shoppers.wait_for(3)
            running.cut_over("--shadow", "8", "--shadow-percent", "100")
        shoppers.wait_until_all_have_ended()
        shoppers.check()
        asked = running.move("cutover", "--status")["shadow"]["status"]
        assert asked["same"] > 0
        assert not {"different", "unanswered"} & set(asked)


@contextmanager
def looking_at_orders(front: Front, shoppers: Shoppers) -> Iterator[None]:
    """This has customers look at the latest orders, whose page asks payments by its interface."""
    stopping = threading.Event()

    def look() -> None:
        while not stopping.wait(0.2):
            for order in list(shoppers.orders)[-3:]:
                front.get(f"/web/orders/{order}")

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(60)
