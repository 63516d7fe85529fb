"""Counting requests: the same rules in this process's memory and in Redis."""

import pytest

from modules.kernel.contracts import new_id
from modules.kernel.http.counting import Counting, InMemory, Wanted, counting_at


@pytest.fixture(params=["memory", "redis"])
def counting(request: pytest.FixtureRequest) -> Counting:
    if request.param == "memory":
        return counting_at("memory://", prefix="")
    return counting_at(request.getfixturevalue("redis_server"), prefix=f"test-{new_id()}")


def wanted(amount: int, key: str = "{ann}/all") -> Wanted:
    return Wanted(key, amount, 3600)


class TestCounting:
    def test_gives_what_is_left_and_when_something_is_given_back(self, counting: Counting) -> None:
        [first] = counting.take([wanted(2)])
        [second] = counting.take([wanted(2)])
        [third] = counting.take([wanted(2)])
        assert [one.is_free for one in (first, second, third)] == [True, True, False]
        assert [one.remaining for one in (first, second, third)] == [1, 0, 0]
        assert 3_590 < third.reset_seconds <= second.reset_seconds <= first.reset_seconds <= 3_600

    def test_never_says_longer_than_the_window(self, counting: Counting) -> None:
        for number in range(500):
            [left] = counting.take([wanted(1, f"{{ann}}/{number}")])
            assert left.reset_seconds <= 3_600

    def test_counts_none_of_its_limits_where_one_is_used_up(self, counting: Counting) -> None:
        narrow, wide = wanted(1, "{ann}/narrow"), wanted(9, "{ann}/wide")
        counting.take([narrow, wide])
        for _ in range(3):
            refused, beside = counting.take([narrow, wide])
            assert (refused.is_free, beside.is_free) == (False, True)
        [left] = counting.take([wide])
        assert left.remaining == 7

    def test_keeps_clients_apart(self, counting: Counting) -> None:
        counting.take([wanted(1, "{ann}/all")])
        [bobs] = counting.take([wanted(1, "{bob}/all")])
        assert bobs.is_free


class Clock:
    """This is a clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


class TestTheWindow:
    def test_moves(self, clock: Clock) -> None:
        counting = InMemory(clock)
        for second in (0.0, 1800.0):
            clock.now = 1_000.0 + second
            counting.take([wanted(2)])
        assert not counting.take([wanted(2)])[0].is_free
        clock.now = 1_000.0 + 3_600.0
        [left] = counting.take([wanted(2)])
        assert (left.is_free, left.remaining, left.reset_seconds) == (True, 0, 1_800.0)

    def test_of_clients_that_have_gone_is_forgotten(self, clock: Clock) -> None:
        counting = InMemory(clock, clients=10)
        for number in range(10):
            counting.take([wanted(5, f"gone-{number}")])
        clock.now += 3_601.0
        counting.take([wanted(5, "here")])
        assert counting.clients == 1
