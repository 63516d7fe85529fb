"""What retention has deleted here is not brought back, to come to all others once more."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from modules.kernel.extraction.moving import log, operating
from modules.kernel.extraction.moving.record import last
from modules.kernel.messaging import inbox
from modules.kernel.messaging.brokers.routes import RELAY
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.inbox import receive_all
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.retention import prune
from modules.payments.models import Payment
from tests.extraction import scene
from tests.extraction.delivering import Deliveries
from tests.extraction.stage import HERE, Stage

_LONG_AGO = inbox.KEPT + timedelta(days=1)
#: Ordering hears of it too, and so do its read models.
_NEWS = "payments.payment_authorised"
#: Streams are made of it, and nobody else hears of it.
_STORED = "payments.money_deposited"


@pytest.mark.parametrize("is_forgotten", [False, True], ids=["in the inbox", "forgotten"])
def test_comes_to_nobody_again(stage: Stage, is_forgotten: bool) -> None:
    assert stage.move(operating.cut_over) == ""
    payments = stage.in_service(_do_all)
    _receive_from(stage)
    assert _count(_NEWS) > 0
    assert stage.move(operating.finish_move) == ""
    _prune()
    assert _count(_NEWS) == 0
    if is_forgotten:
        _let_time_pass(stage)

    assert stage.move(operating.absorb) == ""

    assert _count(_NEWS) == 0
    assert _count(_STORED) > 0, "the account is made of it"
    assert Payment.objects.count() == payments


def test_stays_there_until_the_module_has_handled_it(stage: Stage) -> None:
    assert stage.move(operating.cut_over) == ""
    assert stage.move(operating.finish_move) == ""
    _prune()
    assert "were deleted from the log here" in stage.move(operating.absorb)
    payments = stage.in_service(_do_all)
    assert stage.move(operating.resume) == ""
    assert Payment.objects.count() == payments


def _do_all() -> int:
    scene.deposit("elsewhere")
    with Deliveries() as deliveries:
        deliveries.to_the_end()
    head = open_log(HERE.alias).head()
    HERE.execute(
        f"UPDATE messaging_partition SET checkpoint = %s WHERE consumer = '{RELAY}'", [head]
    )
    return Payment.objects.count()


def _receive_from(stage: Stage) -> None:
    """This receives all that the service has published, as reception does, and hands it out."""
    moved = last(HERE, "payments")
    assert moved is not None
    with stage.service() as service:
        head = open_log(service.alias).head()
        rows, _ = log.read(service, moved.facts["service_head"], head, of=None)
        # Without their streams, of which a broker knows nothing.
        bare = [(*row[1:7], None, None, *row[9:]) for row in rows if row[2] == "payments"]
        with HERE.transaction():
            receive_all(HERE.alias, log.INBOX, [uuid.UUID(str(row[0])) for row in bare])
            log.append(service, HERE, bare)
    assert log.all_placed(HERE)


def _prune() -> None:
    """This deletes all but the newest, which all have had."""
    scene.place("newest", 1)
    assert log.all_placed(HERE)
    head = open_log(HERE.alias).head()
    HERE.execute("UPDATE messaging_partition SET checkpoint = %s", [head])
    HERE.execute("UPDATE readmodels_checkpoint SET pos = %s", [head])
    for _ in prune(HERE.alias, older_than=timedelta(0)):
        pass


def _let_time_pass(stage: Stage) -> None:
    """This has everything have been published so long ago that the inbox has forgotten it."""
    HERE.execute("DELETE FROM messaging_inbox")
    with stage.service() as service:
        long_ago = now_sql(service.alias, plus_seconds=-_LONG_AGO.total_seconds())
        service.execute(f"UPDATE messaging_message SET recorded_at = {long_ago}")


def _count(name: str) -> int:
    return int(HERE.value("SELECT count(*) FROM messaging_message WHERE name = %s", [name]))
