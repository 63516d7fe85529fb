"""What a tick reads is what it gives, however long the log: counted by PostgreSQL itself."""

import pytest
from django.db import connection

from modules.kernel.messaging.logs import postgresql
from modules.kernel.messaging.logs.postgresql import PostgresqlLog
from modules.kernel.messaging.tests.probe import publish
from modules.kernel.messaging.tests.test_sequencer import happened, open_transaction

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="on SQLite the position is the id"
    ),
]

LONG = 3_000

#: A row is looked at when it is looked for, when it is given, and when it is shown.
A_ROW = 8


def rows_read() -> int:
    """This gives how many entries and rows of the log this server has looked at so far."""
    with connection.cursor() as cursor:
        # Otherwise a backend tells of what it has read once in a while.
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname IN"
            " ('messaging_message', 'messaging_position'))"
            " + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname IN"
            " ('messaging_message', 'messaging_position'))"
        )
        (read,) = cursor.fetchone() or (0,)
    return int(read)


@pytest.fixture
def long_log() -> PostgresqlLog:
    """This is a log that is led from here, in which everything has its position."""
    publish(*(happened(number) for number in range(LONG)))
    log = PostgresqlLog("default")
    assert log.lead()
    while log.tick():
        pass
    return log


def read_by_a_tick(log: PostgresqlLog, *, gives: int) -> int:
    before = rows_read()
    assert log.tick() == gives
    return rows_read() - before


class TestATickOfALongLog:
    def test_reads_what_it_gives(self, long_log: PostgresqlLog) -> None:
        publish(happened(1), happened(2), happened(3))
        assert 3 <= read_by_a_tick(long_log, gives=3) <= 3 * A_ROW

    def test_reads_no_more_when_a_transaction_is_left_open(self, long_log: PostgresqlLog) -> None:
        with open_transaction(0):
            publish(happened(1))
            assert read_by_a_tick(long_log, gives=1) <= 2 * A_ROW
        assert 1 <= read_by_a_tick(long_log, gives=1) <= 2 * A_ROW

    def test_reads_next_to_nothing_when_there_is_nothing(self, long_log: PostgresqlLog) -> None:
        assert read_by_a_tick(long_log, gives=0) <= A_ROW

    def test_would_be_seen_to_read_all_of_it(
        self, long_log: PostgresqlLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The bug that was there: a condition that the planner can answer by going through all ids.
        planted = postgresql._TICK.replace("m.xid >=", "m.xid::text::numeric >=").replace(
            "%(xmax)s::text::xid8", "%(xmax)s::text::numeric"
        )
        assert planted != postgresql._TICK
        monkeypatch.setattr(postgresql, "_TICK", planted)
        publish(happened(1))
        assert read_by_a_tick(long_log, gives=1) >= LONG
