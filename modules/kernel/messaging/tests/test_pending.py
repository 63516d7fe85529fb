"""What a unit of work writes at its end: all of it, in order, and nothing that was taken back."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from modules.kernel.messaging.models import Message, Scheduled
from modules.kernel.messaging.tests.probe import ThingHappened
from modules.kernel.messaging.unit_of_work import StreamConflict, unit_of_work

pytestmark = pytest.mark.django_db(transaction=True)


def thing(number: int) -> ThingHappened:
    return ThingHappened(thing="a", number=number)


def numbers() -> list[str]:
    data = Message.objects.order_by("id").values_list("data", flat=True)
    return [one.removeprefix('{"thing":"a","number":').removesuffix("}") for one in data]


@contextmanager
def taken_back() -> Iterator[None]:
    """This is a savepoint that what is inside does not survive."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class TestPending:
    def test_is_written_in_the_order_in_which_it_was_appended(self) -> None:
        with unit_of_work("probe") as work:
            for number in range(3):
                work.append(thing(number))
            work.append_to_stream("s", [thing(3)], expected_version=0)
            work.append(thing(4))
        assert numbers() == ["0", "1", "2", "3", "4"]

    def test_takes_one_statement_however_much_there_is(self) -> None:
        def statements(count: int) -> int:
            with CaptureQueriesContext(connection) as queries, unit_of_work("probe") as work:
                for number in range(count):
                    work.append(thing(number))
            return len(queries)

        assert statements(20) == statements(1)
        assert Message.objects.count() == 21

    @pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL is given arrays")
    def test_may_be_more_than_a_statement_has_variables_for(self) -> None:
        connection.ensure_connection()
        limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        # SQLite's own; some builds have a larger one.
        connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)
        try:
            with unit_of_work("probe") as work:
                work.append_all([thing(number) for number in range(3_000)])
        finally:
            connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, limit)
        assert numbers() == [str(number) for number in range(3_000)]

    def test_survives_a_savepoint_that_does_not(self) -> None:
        with unit_of_work("probe") as work:
            work.append(thing(1))
            with taken_back():
                work.append(thing(2))
                work.schedule(thing(2), after=timedelta(hours=1))
            work.append(thing(3))
        assert numbers() == ["1", "3"]
        assert not Scheduled.objects.exists()

    def test_keeps_its_order_around_a_savepoint_that_is_kept(self) -> None:
        with unit_of_work("probe") as work:
            work.append(thing(1))
            with transaction.atomic():
                work.append(thing(2))
            work.append(thing(3))
        assert numbers() == ["1", "2", "3"]

    def test_can_be_written_for_statements_that_are_to_see_it(self) -> None:
        with unit_of_work("probe") as work:
            work.append(thing(1))
            assert numbers() == []
            work.write_now()
            assert numbers() == ["1"]
        assert numbers() == ["1"]

    def test_is_not_written_where_a_savepoint_could_take_it_back(self) -> None:
        def write_inside() -> None:
            with unit_of_work("probe") as work, transaction.atomic():
                work.write_now()

        with pytest.raises(RuntimeError, match="write before the savepoint begins"):
            write_inside()

    def test_is_nothing_after_an_error(self) -> None:
        def append_and_fail() -> None:
            with unit_of_work("probe") as work:
                work.append(thing(1))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            append_and_fail()
        assert numbers() == []

    def test_lets_a_stream_s_messages_go_with_the_savepoint_and_no_others(self) -> None:
        with unit_of_work("probe") as work:
            work.append(thing(1))
            with taken_back():
                work.append_to_stream("s", [thing(2)], expected_version=0)
            work.append_to_stream("s", [thing(3)], expected_version=0)
        assert numbers() == ["1", "3"]

    def test_tells_a_stream_s_conflict_at_the_end_where_it_was_met_in_a_savepoint(self) -> None:
        with unit_of_work("probe") as work:
            work.append_to_stream("s", [thing(1)], expected_version=0)

        def append_too_late() -> None:
            with unit_of_work("probe") as work, transaction.atomic():
                work.append_to_stream("s", [thing(2)], expected_version=0)

        with pytest.raises(StreamConflict, match="s has moved past version 0"):
            append_too_late()


class Notes:
    """This is something of a module's own that is written at the end."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.written: list[str] = []

    def write(self, connection: object) -> None:
        self.written += self.noted

    def meaning_of(self, error: Exception) -> None:
        return None

    def mark(self) -> int:
        return len(self.noted)

    def back(self, mark: int) -> None:
        del self.noted[mark:]


class TestPutOff:
    def test_is_one_a_transaction_and_written_once(self) -> None:
        with unit_of_work("probe") as work:
            notes = work.put_off(Notes, Notes)
            notes.noted.append("one")
            assert work.put_off(Notes, Notes) is notes
            assert notes.written == []
        assert notes.written == ["one"]

    def test_follows_the_savepoints(self) -> None:
        with unit_of_work("probe") as work:
            notes = work.put_off(Notes, Notes)
            notes.noted.append("one")
            with taken_back():
                notes.noted.append("two")
            with transaction.atomic():
                notes.noted.append("three")
        assert notes.written == ["one", "three"]

    def test_is_forgotten_with_the_savepoint_in_which_it_began(self) -> None:
        with unit_of_work("probe") as work:
            with taken_back():
                notes = work.put_off(Notes, Notes)
                notes.noted.append("one")
            assert work.put_off(Notes, Notes) is not notes
        assert notes.written == []
