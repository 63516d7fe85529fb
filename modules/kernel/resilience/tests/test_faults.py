"""Faults meet the calls that they are for, the same ones each time, and none unless allowed."""

from collections.abc import Sequence

import pytest

from modules.kernel.contracts import Unavailable
from modules.kernel.resilience import (
    Attempt,
    AttemptTimedOut,
    FaultPolicy,
    InjectedFault,
    Pipeline,
    Policy,
    Request,
)
from modules.kernel.resilience.tests.time_passing import Clock

ANYBODY = Request()


def pipeline(faults: Sequence[FaultPolicy], *, seed: int = 7, allowed: bool = True) -> Pipeline:
    clock = Clock()
    return Pipeline(
        "test",
        Policy(timeout_seconds=5, faults=tuple(faults), fault_seed=seed),
        clock=clock,
        sleep=clock.sleep,
        faults_allowed=allowed,
        outcomes={"nothing": list},
    )


def met(calls: Pipeline, request: Request = ANYBODY, number: int = 200) -> list[bool]:
    """This tells which of so many calls met a fault."""
    found = []
    for _ in range(number):
        try:
            calls.call(lambda attempt: None, request=request)
        except InjectedFault:
            found.append(True)
        else:
            found.append(False)
    return found


class TestFaults:
    ERROR = FaultPolicy(kind="error", rate=0.3)

    def test_meet_their_share_of_the_calls(self) -> None:
        assert 0.2 < sum(met(pipeline([self.ERROR]))) / 200 < 0.4

    def test_meet_the_same_calls_with_the_same_seed(self) -> None:
        assert met(pipeline([self.ERROR])) == met(pipeline([self.ERROR]))
        assert met(pipeline([self.ERROR])) != met(pipeline([self.ERROR], seed=8))

    def test_do_not_change_which_calls_another_one_meets(self) -> None:
        slow = FaultPolicy(kind="latency", rate=0.5, latency_seconds=0.1)

        assert met(pipeline([self.ERROR, slow])) == met(pipeline([self.ERROR]))

    def test_are_not_there_unless_they_are_allowed(self) -> None:
        assert not any(met(pipeline([FaultPolicy(kind="error")], allowed=False)))

    def test_meet_one_caller_only(self) -> None:
        calls = pipeline([FaultPolicy(kind="error", caller="shop")])

        assert all(met(calls, Request(caller="shop")))
        assert not any(met(calls, Request(caller="stock")))

    @pytest.mark.parametrize(
        ("header", "hit"), [("x-fault", True), ("X-Fault=slow", True), ("x-fault=other", False)]
    )
    def test_meet_calls_with_a_header_only(self, header: str, hit: bool) -> None:
        calls = pipeline([FaultPolicy(kind="error", header=header)])

        assert met(calls, Request(headers={"x-fault": "slow"}), 1) == [hit]
        assert met(calls, Request(), 1) == [False]

    def test_make_a_call_wait_and_end_it_in_time(self) -> None:
        calls = pipeline([FaultPolicy(kind="latency", latency_seconds=2)])
        began = calls.clock()
        calls.call(lambda attempt: None)
        assert calls.clock() - began == 2

        with pytest.raises(AttemptTimedOut):
            calls.call(lambda attempt: None, deadline=calls.clock() + 1)
        assert calls.clock() - began == 3

    def test_give_a_wrong_outcome_and_do_not_call(self) -> None:
        asked: list[int] = []
        calls = pipeline([FaultPolicy(kind="outcome", outcome="nothing")])

        def ask(attempt: Attempt) -> list[str]:
            asked.append(1)
            return ["right"]

        assert calls.call(ask) == []
        assert asked == []

    def test_lose_an_answer_after_the_call(self) -> None:
        asked: list[int] = []

        with pytest.raises(Unavailable):
            pipeline([FaultPolicy(kind="lost-answer")]).call(lambda attempt: asked.append(1))

        assert asked == [1]

    def test_are_refused_when_their_outcome_is_unknown(self) -> None:
        with pytest.raises(ValueError, match="no outcome 'half'"):
            pipeline([FaultPolicy(kind="outcome", outcome="half")])
