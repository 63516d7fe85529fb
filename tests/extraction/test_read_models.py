"""Read models move: they go on where they were, and take nothing in twice and nothing late."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from modules.kernel.contracts import new_id
from modules.kernel.extraction.moving import log, operating
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.readmodels import switching
from modules.kernel.readmodels.models import Checkpoint, Generation
from modules.kernel.readmodels.projection import projection, projections
from modules.kernel.readmodels.projector import Projector
from modules.kernel.readmodels.rebuild import rebuild
from modules.ordering.contracts import OrderConfirmed
from modules.ordering.read_models.timeline import OrderTimeline, TimelineRow
from modules.payments.contracts import PaymentVoided
from tests.extraction.delivering import Deliveries
from tests.extraction.stage import HERE, CrashAt, Stage

#: The order of all that the tests have happen.
_ORDER = str(new_id())


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """This is a monolith whose `ordering` may go, with payments that its read models tell of."""
    stage.wanted = replace(stage.wanted, module="ordering")
    with Deliveries() as deliveries:
        deliveries.to_the_end()
    return stage


def test_go_on_where_they_were(stage: Stage) -> None:
    before, _ = project()
    confirm()
    assert stage.move(operating.cut_over) == ""

    assert stage.in_service(project) == (before + Counter({"order-confirmed": 1}), "")


def test_go_on_where_they_were_though_the_mover_was_killed(stage: Stage) -> None:
    before, _ = project()
    confirm()
    assert stage.move(operating.cut_over, kill_at="service ready") == "killed"
    assert stage.move(operating.resume) == ""

    assert stage.in_service(project) == (before + Counter({"order-confirmed": 1}), "")


def test_come_back_with_what_they_took_in_elsewhere(stage: Stage) -> None:
    before, _ = project()
    assert stage.move(operating.cut_over) == ""
    void()  # It has not come to the service.
    stage.in_service(confirm)
    assert stage.in_service(project) == (before + Counter({"order-confirmed": 1}), "")
    stage.in_service(confirm)
    assert stage.move(operating.roll_back) == ""

    after = before + Counter({"order-confirmed": 2, "payment-voided": 1})
    assert project() == (after, "")


def test_come_back_and_go_out_again_at_once(stage: Stage) -> None:
    before, _ = project()
    assert stage.move(operating.cut_over) == ""
    void()
    stage.in_service(confirm)
    stage.in_service(project)
    for do in (operating.roll_back, operating.cut_over, operating.roll_back):
        assert stage.move(do) == ""

    after = before + Counter({"order-confirmed": 1, "payment-voided": 1})
    assert project() == (after, "")


def test_are_absorbed(stage: Stage) -> None:
    before, _ = project()
    for do in (operating.cut_over, operating.finish_move):
        assert stage.move(do) == ""
    stage.in_service(confirm)
    stage.in_service(project)
    assert stage.move(operating.absorb) == ""

    assert project() == (before + Counter({"order-confirmed": 1}), "")


def test_hold_back_no_retention_once_they_are_gone(stage: Stage) -> None:
    project()
    assert stage.move(operating.cut_over) == ""
    assert held_back() > 0
    assert stage.move(operating.finish_move) == ""

    assert held_back() == 0


def test_have_no_way_back_to_what_lacks_messages(stage: Stage) -> None:
    before, _ = project()
    stage.in_service(rebuild_timeline)
    assert stage.in_service(states) == ["kept", "live"]
    assert stage.move(operating.cut_over) == ""

    assert stage.in_service(project) == (before, "")
    assert stage.in_service(states) == ["live"]


def test_are_not_moved_where_another_generation_was_switched_to(stage: Stage) -> None:
    project()
    timeline = projection(OrderTimeline.name)
    said = stage.move_and_lose(operating.cut_over, CrashAt("copy ends", rebuild_timeline))
    assert said.startswith("NotReady: another generation of ordering.order_timeline is read")
    switching.rollback(timeline)
    assert stage.move(operating.resume) == ""

    assert stage.in_service(states) == ["live"]


def confirm() -> None:
    """This has ordering confirm the order."""
    with unit_of_work("ordering") as work:
        work.append(OrderConfirmed(order_id=_ORDER))


def void() -> None:
    """This has payments give up what was authorised for it."""
    with unit_of_work("payments") as work:
        work.append(PaymentVoided(order_id=_ORDER, refunded_minor=0))


def project() -> tuple[Counter[str], str]:
    """This brings ordering's read models up to date, in the database that is `default`.

    Returns:
        How often each thing is in the timeline of orders, and what stopped a read model.
    """
    assert log.all_placed(HERE)
    for one in projections():
        if one.module == "ordering":
            projector = Projector(one, "default")
            while projector.step():
                pass
    errors = Generation.objects.filter(projection__startswith="ordering.").values("error")
    return (
        Counter(TimelineRow.objects.values_list("what", flat=True)),
        "".join(one["error"] for one in errors),
    )


def held_back() -> int:
    """This gives how many checkpoints of ordering's read models hold back retention here."""
    rows = Checkpoint.objects.filter(generation__projection__startswith="ordering.", pos__gt=0)
    return rows.count()


def states() -> list[str]:
    """This gives the states of the timeline's generations."""
    rows = Generation.objects.filter(projection=OrderTimeline.name)
    return list(rows.order_by("number").values_list("state", flat=True))


def rebuild_timeline() -> None:
    """This has another generation of the timeline be read."""
    rebuild(projection(OrderTimeline.name), lambda progress: None)
