"""The past: at a time, at a version, and as many streams were together."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from django.db import connection

from modules.kernel.eventstore import Cut, cut
from modules.kernel.eventstore.tests.jar import jars, put_in
from modules.kernel.messaging.tests.probe import tick
from modules.kernel.messaging.unit_of_work import unit_of_work

pytestmark = pytest.mark.django_db(transaction=True)

_MICROSECOND = timedelta(microseconds=1)
_NOON = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)


class TestLoadPast:
    def test_is_right_to_the_microsecond_by_the_time_of_recording(self) -> None:
        put_in("a", 1, 10, 100)
        times = [record.recorded_at for record in jars.history("a")]
        for number, time in enumerate(times):
            if time in times[number + 1 :]:
                continue  # SQLite's clock has milliseconds: what it cannot tell apart is one.
            expected = sum((1, 10, 100)[: number + 1])
            assert jars.load_past("a", known_at=time).state.coins == expected
        assert jars.load_past("a", known_at=times[0] - _MICROSECOND).state.coins == 0

    def test_is_right_to_the_microsecond_by_the_time_of_effect(self) -> None:
        jars.change("a", lambda jar: jar.put_in(7), effective_at=_NOON)
        assert jars.load_past("a", at=_NOON).state.coins == 7
        assert jars.load_past("a", at=_NOON - _MICROSECOND).state.coins == 0

    def test_tells_what_held_from_what_was_known(self) -> None:
        put_in("a", 1)
        [first] = jars.history("a")
        jars.change("a", lambda jar: jar.put_in(7), effective_at=_NOON)
        before = first.recorded_at - timedelta(hours=1)
        assert jars.load_past("a", at=before).state.coins == 7
        assert jars.load_past("a", at=before, known_at=before).state.coins == 0

    def test_gives_any_version(self) -> None:
        put_in("a", 1, 10, 100, 1000, 10000)
        assert [jars.load_past("a", version=n).state.coins for n in (0, 1, 3)] == [0, 1, 111]


class TestLoadTogether:
    def test_gives_streams_as_they_were_at_one_place(self) -> None:
        put_in("a", 1)
        put_in("b", 2)
        tick()
        then = cut("default")
        put_in("a", 10)
        tick()
        found = jars.load_together(["a", "b", "none"], as_of=then)
        assert {name: one.state.coins for name, one in found.items()} == {"a": 1, "b": 2, "none": 0}
        now = jars.load_together(["a"], as_of=cut("default"))
        assert now["a"].state.coins == 11

    def test_finds_the_place_of_a_time(self) -> None:
        put_in("a", 1, 10)
        tick()
        first, second = jars.history("a")
        if first.recorded_at == second.recorded_at:
            pytest.skip("SQLite's clock has milliseconds, and both fell into one")
        then = cut("default", at=second.recorded_at - _MICROSECOND)
        assert jars.load_together(["a"], as_of=then)["a"].state.coins == 1

    def test_refuses_a_cut_through_another_log(self) -> None:
        with pytest.raises(ValueError, match="default"):
            jars.load_together(["a"], as_of=Cut(database="other", position=1))

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="writers on SQLite take turns")
    def test_never_shows_half_a_transaction(self) -> None:
        """Two transactions whose rows are mixed: a position in between splits one of them."""
        appended, go_on = Event(), Event()

        def move() -> None:
            with unit_of_work("probe"):
                jars.change("a", lambda jar: jar.put_in(1))
                appended.set()
                assert go_on.wait(10)
                jars.change("b", lambda jar: jar.put_in(1))
            connection.close()

        mover = Thread(target=move)
        mover.start()
        assert appended.wait(10)
        put_in("c", 1)
        go_on.set()
        mover.join(10)
        tick()
        seen = [
            jars.load_together(["a", "b"], as_of=Cut(database="default", position=n))
            for n in range(4)
        ]
        assert [(one["a"].state.coins, one["b"].state.coins) for one in seen] == [
            (0, 0),
            (0, 0),
            (0, 0),
            (1, 1),
        ]
