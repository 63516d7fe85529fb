"""A restored log, while a transaction of the new cluster has the id that an old one had."""

import pytest
from django.db import connection

from modules.kernel.messaging.models import Message, Position, Sequencer
from modules.kernel.messaging.tests.probe import ThingHappened, publish, tick
from modules.kernel.messaging.tests.test_sequencer import open_transaction

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="on SQLite the position is the id"
    ),
]


class TestARestoredLog:
    def test_does_not_take_its_old_rows_for_those_of_a_transaction_under_way(self) -> None:
        publish(ThingHappened(thing="a", number=1))
        tick()
        with open_transaction(2):
            with connection.cursor() as cursor:  # The oldest one under way has this id.
                cursor.execute(
                    "UPDATE messaging_message SET xid = pg_snapshot_xmin(pg_current_snapshot())"
                )
            Sequencer.objects.update(cluster="another")
            publish(ThingHappened(thing="a", number=3))
            tick()
        tick()
        numbers = [
            Message.objects.get(pk=row.message_id).data[-2]
            for row in Position.objects.order_by("pos")
        ]
        assert numbers == ["1", "3", "2"]
