"""A restored log, while a transaction of the new cluster has the id that an old one had."""

from collections.abc import Iterator

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

#: This stands for a log so long that a statement which changes all of it meets any limit.
_LONG = """
CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('statement_timeout') <> '0' THEN
        RAISE query_canceled USING MESSAGE = 'canceling statement due to statement timeout';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER long BEFORE UPDATE ON messaging_message FOR EACH ROW EXECUTE FUNCTION take_long()
"""


@pytest.fixture
def long_log() -> Iterator[None]:
    """This has whoever changes the log's rows take longer than the session's limit of a minute."""
    with connection.cursor() as cursor:
        cursor.execute(_LONG)
        cursor.execute("SET statement_timeout = '1min'")
        yield
        cursor.execute("RESET statement_timeout")
        cursor.execute("DROP FUNCTION take_long CASCADE")


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

    @pytest.mark.usefixtures("long_log")
    def test_is_stamped_anew_however_long_that_takes(self) -> None:
        publish(ThingHappened(thing="a", number=1))
        Sequencer.objects.update_or_create(id=1, defaults={"cluster": "another"})
        assert tick() == 1
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("1min",), "what follows has its limit"
