"""Where callers are sent while modules move, and how long they wait."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic

import pytest
from django.db import connection, transaction

from modules.kernel import placements
from modules.kernel.contracts import Unavailable
from modules.kernel.interfaces import Binding, Configured, Placed, get, use, within
from modules.kernel.interfaces.locations import HERE
from modules.kernel.interfaces.tests.library import Librarian, Library
from modules.kernel.placements import Fenced, Moved, PlacesUnknown, State, StoredPlacements, place

pytestmark = pytest.mark.django_db(transaction=True)

URL = "http://127.0.0.1:9"


class Time:
    """A clock that goes on when somebody sleeps, and what happens then."""

    def __init__(self) -> None:
        self.began = self.now = monotonic()  # Deadlines are on the real one.
        self.meanwhile: list[Callable[[], object]] = []

    def clock(self) -> float:
        return self.now

    @property
    def passed(self) -> float:
        return self.now - self.began

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.meanwhile:
            self.meanwhile.pop(0)()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def placed(time: Time, librarian: Librarian) -> Iterator[Placed]:
    before = placements.use(StoredPlacements(clock=time.clock))
    placed = Placed(Configured(), clock=time.clock, sleep=time.sleep)
    use(placed)
    yield placed
    placements.use(before)


class TestPlaced:
    def test_is_what_the_settings_say_of_a_module_that_never_moved(self, placed: Placed) -> None:
        assert placed.of("library") is HERE

    def test_follows_a_module_away_and_back(self, placed: Placed, librarian: Librarian) -> None:
        place("library", state=State.ELSEWHERE, epoch=1, url=URL)
        found = placed.of("library")
        assert (found.binding, found.url, found.epoch) == (Binding.REMOTE, URL, 1)
        assert get(Library) is not librarian
        place("library", state=State.HERE, epoch=2)
        placed.refresh()
        assert placed.of("library").epoch == 2
        assert get(Library) is librarian

    def test_has_callers_of_a_fenced_module_wait_and_go_to_its_new_place(
        self, placed: Placed, time: Time
    ) -> None:
        place("library", state=State.FENCED, epoch=1)
        time.meanwhile = [
            lambda: None,
            lambda: place("library", state=State.ELSEWHERE, epoch=1, url=URL),
        ]
        assert placed.of("library").url == URL
        assert not time.meanwhile

    def test_has_them_wait_until_their_deadline_and_no_longer(self, placed: Placed) -> None:
        place("library", state=State.FENCED, epoch=1)
        with within(0.0), pytest.raises(Fenced, match=r"is being moved \(epoch 1\)") as fenced:
            get(Library)
        assert isinstance(fenced.value, Unavailable)
        assert fenced.value.retry_after_seconds == 1.0

    def test_has_them_wait_for_seconds_without_a_deadline(self, placed: Placed, time: Time) -> None:
        place("library", state=State.FENCED, epoch=1)
        with pytest.raises(Fenced):
            placed.of("library")
        assert 1 < time.passed < 10

    @pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite has one writer")
    def test_has_nobody_wait_who_keeps_the_mover_from_writing(
        self, placed: Placed, time: Time
    ) -> None:
        place("library", state=State.FENCED, epoch=1)
        with transaction.atomic(), pytest.raises(Fenced):
            placed.of("library")
        assert time.passed == 0

    def test_refuses_callers_of_a_module_in_standby(self, placed: Placed) -> None:
        place("library", state=State.STANDBY, epoch=4)
        with pytest.raises(Moved, match=r"to be taken over \(epoch 4\)"):
            get(Library)

    def test_has_one_wait_who_is_sent_to_where_it_is_about_to_be(
        self, placed: Placed, time: Time
    ) -> None:
        place("library", state=State.STANDBY, epoch=1)
        with pytest.raises(Moved):
            placed.of("library")
        assert 1 < time.passed < 3
        time.meanwhile = [lambda: place("library", state=State.HERE, epoch=1)]
        assert placed.of("library").epoch == 1

    def test_has_nobody_wait_where_it_was_and_has_gone_or_is_not_expected_yet(
        self, placed: Placed, time: Time
    ) -> None:
        place("library", state=State.HERE, epoch=1)
        assert placed.of("library").is_here
        place("library", state=State.STANDBY, epoch=2)
        placed.refresh()
        with pytest.raises(Moved):
            placed.of("library")
        placements.use(StoredPlacements(awaited=["cafe"], clock=time.clock))
        with pytest.raises(Moved):
            placed.of("cafe")
        assert time.passed == 0

    def test_has_one_wait_again_where_it_comes_a_second_time(
        self, placed: Placed, time: Time
    ) -> None:
        for epoch, state in ((1, State.HERE), (2, State.STANDBY)):
            place("library", state=state, epoch=epoch)
            placed.refresh()
            with suppress(Moved):
                placed.of("library")
        place("library", state=State.STANDBY, epoch=3)
        time.meanwhile = [lambda: place("library", state=State.HERE, epoch=3)]
        assert placed.of("library").epoch == 3

    def test_assumes_that_a_module_is_elsewhere_still_and_never_that_it_is_here(
        self, placed: Placed, time: Time
    ) -> None:
        place("library", state=State.ELSEWHERE, epoch=1, url=URL)
        assert placed.of("library").url == URL
        connection.cursor().execute("ALTER TABLE placements_placement RENAME TO away")
        try:
            time.now += 1
            assert placed.of("library").url == URL
            with pytest.raises(PlacesUnknown):
                placed.of("cafe")
        finally:
            connection.cursor().execute("ALTER TABLE away RENAME TO placements_placement")
