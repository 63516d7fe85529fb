"""How old what a process knows may be, and what it makes of it."""

import threading
from collections.abc import Mapping
from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from modules.kernel.placements import (
    EVERYBODY_KNOWS_SECONDS,
    PLACEMENT_SECONDS,
    Placement,
    PlacesUnknown,
    State,
    StoredPlacements,
    hosting,
    is_in_charge,
    modules_at_rest,
    place,
    read_placements,
    reading,
)

URL = "http://127.0.0.1:9"


@pytest.mark.django_db
class TestStoredPlacements:
    def test_reads_once_in_a_lease(
        self,
        stored: StoredPlacements,
        clock: list[float],
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(1):
            stored.known()
            clock[0] += PLACEMENT_SECONDS * 0.9
            stored.known()

    def test_knows_of_a_change_when_the_lease_is_over(
        self, stored: StoredPlacements, clock: list[float]
    ) -> None:
        assert is_in_charge("library")
        place("library", state=State.FENCED, epoch=1)
        clock[0] += PLACEMENT_SECONDS * 0.9
        assert is_in_charge("library")
        clock[0] += PLACEMENT_SECONDS * 0.1
        assert not is_in_charge("library")
        assert EVERYBODY_KNOWS_SECONDS > PLACEMENT_SECONDS

    def test_counts_the_lease_from_before_it_read(
        self, stored: StoredPlacements, clock: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = read_placements

        def slow(using: str) -> dict[str, Placement]:
            found = read(using)
            clock[0] += PLACEMENT_SECONDS
            return found

        monkeypatch.setattr(reading, "read_placements", slow)
        stored.known()
        assert stored.fresh_until <= clock[0]

    def test_keeps_what_was_read_later_whoever_is_done_first(
        self, stored: StoredPlacements, clock: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = read_placements
        old = read("default")
        place("library", state=State.FENCED, epoch=1)

        def overtaken(using: str) -> dict[str, Placement]:
            monkeypatch.setattr(reading, "read_placements", read)
            clock[0] += 0.01
            stored.refresh()
            return old

        monkeypatch.setattr(reading, "read_placements", overtaken)
        stored.refresh()
        assert stored.last["library"].state is State.FENCED

    def test_gives_the_same_object_while_nothing_changes(
        self, stored: StoredPlacements, clock: list[float]
    ) -> None:
        place("library", state=State.HERE, epoch=1)
        before = stored.known()
        clock[0] += PLACEMENT_SECONDS
        assert stored.known() is before

    def test_has_what_is_awaited_in_standby_until_it_is_here(self, clock: list[float]) -> None:
        awaiting = StoredPlacements(awaited=["library"], clock=lambda: clock[0])
        assert awaiting.known()["library"].state is State.STANDBY
        place("library", state=State.HERE, epoch=1)
        awaiting.refresh()
        assert awaiting.known()["library"].state is State.HERE

    def test_assumes_nothing_when_it_cannot_read(
        self, stored: StoredPlacements, clock: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored.known()

        def away(using: str) -> Mapping[str, Placement]:
            raise DatabaseError("no such table")

        monkeypatch.setattr(reading, "read_placements", away)
        clock[0] += PLACEMENT_SECONDS
        with pytest.raises(PlacesUnknown, match="is it there, and migrated"):
            is_in_charge("library")

    def test_bears_a_transaction_that_is_broken(self, stored: StoredPlacements) -> None:
        with suppress(DatabaseError), transaction.atomic():
            with suppress(DatabaseError), transaction.atomic():
                connection.cursor().execute("SELECT nonsense")
            transaction.set_rollback(True)
            assert stored.known() == {}


@pytest.mark.django_db(transaction=True)
def test_a_process_that_did_not_hear_of_it_knows_within_the_lease() -> None:
    one, other = StoredPlacements(), StoredPlacements()
    one.known()

    def elsewhere() -> None:
        other.known()
        place("library", state=State.FENCED, epoch=1)
        connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    waited = threading.Event()
    waited.wait(EVERYBODY_KNOWS_SECONDS)  # What the mover does: its only means.
    assert one.known()["library"].state is State.FENCED
    assert other.known()["library"].state is State.FENCED


@pytest.mark.django_db
class TestHosting:
    @pytest.fixture(autouse=True)
    def _said(self, settings: Settings, stored: StoredPlacements) -> None:
        settings.QUARRY_MODULES = ["library", "cafe"]
        settings.QUARRY_REMOTE_MODULES = ["museum"]
        settings.QUARRY_BROKER_URL = ""

    def test_is_what_the_settings_say_without_a_placement(self) -> None:
        assert hosting().here == {"library", "cafe"}
        assert hosting().remote == {"museum"}
        assert not hosting().is_distributed
        assert modules_at_rest() == ()

    def test_follows_a_module_away_with_the_broker_of_its_move(self) -> None:
        place("library", state=State.ELSEWHERE, epoch=1, url=URL, broker_url="amqp://b")
        assert hosting().here == {"cafe"}
        assert hosting().remote == {"library", "museum"}
        assert hosting().broker_url == "amqp://b"
        assert hosting().is_distributed

    def test_goes_on_for_a_module_that_is_fenced_and_begins_nothing(
        self, stored: StoredPlacements
    ) -> None:
        before = hosting()
        place("library", state=State.FENCED, epoch=1)
        stored.refresh()
        assert hosting() == before
        assert modules_at_rest() == ("library",)
        assert not is_in_charge("library")

    def test_has_no_part_in_what_is_in_standby(self, settings: Settings) -> None:
        settings.QUARRY_BROKER_URL = "amqp://b"
        place("library", state=State.STANDBY, epoch=1)
        place("cafe", state=State.STANDBY, epoch=1)
        assert modules_at_rest() == ("cafe", "library")
        assert not hosting().is_distributed
        coming = hosting().with_module("library", State.HERE)
        assert coming.is_distributed
        assert coming.remote == {"museum", "cafe"}
