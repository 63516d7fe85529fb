"""What retention has deleted in the service is told from what has never come there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.kernel.extraction.moving import log, operating
from modules.kernel.extraction.moving.sides import SOURCE
from modules.kernel.messaging import inbox
from modules.kernel.messaging.brokers.routes import RELAY
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.retention import prune
from modules.payments.models import Payment
from tests.extraction import scene
from tests.extraction.delivering import Deliveries
from tests.extraction.stage import HERE, Stage

_CONSUMER = "payments"
_LONG_AGO = inbox.KEPT + timedelta(days=1)


def test_handles_what_never_came_there(stage: Stage) -> None:
    assert stage.move(operating.cut_over) == ""
    scene.place("stuck", 1)  # The broker is away, or the relay has parked it.
    assert stage.in_service(_go_on_and_prune)
    assert stage.move(operating.roll_back) == ""

    with Deliveries() as deliveries:
        deliveries.to_the_end()
    assert Payment.objects.filter(order_id=scene.order_id("stuck", 0)).exists()


def test_handles_nothing_again_however_late_its_clock_is(stage: Stage) -> None:
    assert stage.move(operating.cut_over) == ""
    position = _place_one()
    _receive(stage, position)
    assert stage.in_service(_go_on_and_prune)
    with stage.service() as service:
        early = now_sql(service.alias, plus_seconds=-3600.0)
        service.execute(f"UPDATE messaging_message SET recorded_at = {early}")
    assert stage.move(operating.roll_back) == ""

    assert _is_done(position)


@pytest.mark.parametrize("was_sent", [True, False], ids=["sent", "not sent"])
def test_goes_by_the_relay_where_the_inbox_has_forgotten(stage: Stage, was_sent: bool) -> None:
    assert stage.move(operating.cut_over) == ""
    position = _place_one()
    long_ago = now_sql(HERE.alias, plus_seconds=-_LONG_AGO.total_seconds())
    HERE.execute(f"UPDATE messaging_message SET recorded_at = {long_ago}")
    if was_sent:
        _relay_until(position)
        _receive(stage, position)
    assert stage.in_service(_go_on_and_prune)
    with stage.service() as service:
        service.execute(f"UPDATE messaging_inbox SET received_at = {long_ago}")
    stage.in_service(_forget_received)
    assert stage.move(operating.roll_back) == ""

    assert _is_done(position) is was_sent


def _place_one() -> int:
    """This has ordering ask for a payment, and gives the message's position here."""
    scene.place("one", 1)
    assert log.all_placed(HERE)
    return open_log(HERE.alias).head()


def _receive(stage: Stage, position: int) -> None:
    """This has the service receive the message at a position here, as it does over the broker."""
    rows, _ = log.read(HERE, position - 1, position, of=None)
    with stage.service() as service, service.transaction():
        log.append(HERE, service, [row[1:] for row in rows])
        service.execute_many(
            "INSERT INTO messaging_inbox (consumer, message_id, received_at)"
            f" VALUES ('log', %s, {now_sql(service.alias)})",
            [row[1:2] for row in rows],
        )


def _go_on_and_prune() -> int:
    """This does all there is, and deletes it but for what came last; gives how much went."""
    with Deliveries() as deliveries:
        deliveries.to_the_end()
        scene.place("later there", 1)
        deliveries.to_the_end()
    _relay_until(open_log(HERE.alias).head())
    return sum(prune("default", older_than=timedelta(0)))


def _relay_until(position: int) -> None:
    """This has the relay have sent all up to a position of the log that is `default`."""
    HERE.execute(
        f"UPDATE messaging_partition SET checkpoint = %s WHERE consumer = '{RELAY}'", [position]
    )


def _forget_received() -> None:
    inbox.prune("default", older_than=inbox.KEPT)


def _is_done(position: int) -> bool:
    """This is true of a message that payments will not be given here any more."""
    return (
        HERE.value(
            "SELECT 1 FROM messaging_message m JOIN messaging_partition p ON p.part = m.part"
            " AND p.consumer = %s AND p.source = %s"
            + (
                " JOIN messaging_position o ON o.message_id = m.id WHERE o.pos = %s"
                if HERE.is_postgresql
                else " WHERE m.id = %s"
            )
            + " AND (p.checkpoint >= %s OR EXISTS (SELECT 1 FROM messaging_handled h"
            " WHERE h.consumer = p.consumer AND h.pos = %s))",
            [_CONSUMER, SOURCE, position, position, position],
        )
        is not None
    )
