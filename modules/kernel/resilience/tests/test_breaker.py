"""The breaker against a model of it that keeps every call and counts anew at each question."""

from contextlib import suppress
from dataclasses import dataclass, field
from threading import Barrier, Thread

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from modules.kernel.resilience import Breaker, BreakerPolicy, CircuitOpen, State
from modules.kernel.resilience.breaker import Outcome
from modules.kernel.resilience.tests.time_passing import Clock

SLOW_SECONDS = 4.0

policies = st.builds(
    BreakerPolicy,
    window=st.sampled_from(["count", "time"]),
    window_size=st.integers(3, 6),
    minimum_calls=st.integers(1, 3),
    failure_rate=st.sampled_from([0.3, 0.5, 1.0]),
    slow_call_seconds=st.just(SLOW_SECONDS),
    slow_call_rate=st.sampled_from([0.5, 1.0]),
    open_seconds=st.just(8.0),
    max_open_seconds=st.sampled_from([0.0, 20.0]),
    probes=st.integers(1, 3),
    half_open_seconds=st.just(16.0),
)


@dataclass
class Call:
    """This is a call that was let through, as the model remembers it."""

    permit: int
    era: int
    began: float


@dataclass
class Model:
    """This is the breaker as its documentation describes it, without thought of its cost."""

    policy: BreakerPolicy
    now: float
    state: State = State.CLOSED
    era: int = 0  # of the state: a call of an earlier one does not count
    since: float = 0.0
    openings: int = 0
    under_way: int = 0  # probes that have not come back
    calls: list[tuple[float, bool, bool]] = field(default_factory=list)  # ended, failed, slow
    probes: list[tuple[float, bool, bool]] = field(default_factory=list)

    def in_window(self) -> list[tuple[float, bool, bool]]:
        if self.policy.window == "count":
            return self.calls[-self.policy.window_size :]
        oldest = int(self.now) - self.policy.window_size
        return [call for call in self.calls if int(call[0]) > oldest]

    def is_ill(self, calls: list[tuple[float, bool, bool]]) -> bool:
        failed, slow = (sum(call[part] for call in calls) for part in (1, 2))
        return (
            failed / len(calls) >= self.policy.failure_rate
            or slow / len(calls) >= self.policy.slow_call_rate
        )

    def open_seconds(self) -> float:
        longest = max(self.policy.open_seconds, self.policy.max_open_seconds)
        return min(self.policy.open_seconds * 2.0 ** (self.openings - 1), longest)

    def become(self, state: State) -> None:
        self.state, self.era, self.since = state, self.era + 1, self.now
        self.probes, self.under_way = [], 0
        if state is State.OPEN:
            self.openings += 1
        elif state is not State.HALF_OPEN:
            self.openings, self.calls = 0, []

    def lets_through(self) -> bool:
        elapsed = self.now - self.since
        if self.state is State.OPEN and elapsed >= self.open_seconds():
            self.become(State.HALF_OPEN)
        elif self.state is State.HALF_OPEN and elapsed >= self.policy.half_open_seconds:
            self.become(State.OPEN)
        if self.state is State.HALF_OPEN:
            if self.under_way + len(self.probes) >= self.policy.probes:
                return False
            self.under_way += 1
        return self.state not in (State.OPEN, State.FORCED_OPEN)

    def ended(self, call: Call, outcome: Outcome) -> None:
        if call.era != self.era:
            return
        result = (self.now, outcome is Outcome.FAILURE, self.now - call.began >= SLOW_SECONDS)
        if self.state is State.HALF_OPEN:
            self.under_way -= 1
            if outcome is not Outcome.NONE:
                self.probes.append(result)
                if len(self.probes) == self.policy.probes:
                    self.become(State.OPEN if self.is_ill(self.probes) else State.CLOSED)
        elif outcome is not Outcome.NONE:
            self.calls.append(result)
            seen = self.in_window()
            enough = len(seen) >= self.policy.minimum_calls
            if self.state is State.CLOSED and enough and self.is_ill(seen):
                self.become(State.OPEN)


class BreakerAgainstItsModel(RuleBasedStateMachine):
    @initialize(policy=policies)
    def begin(self, policy: BreakerPolicy) -> None:
        self.clock = Clock()
        self.told: list[State] = []
        self.breaker = Breaker("test", policy, clock=self.clock, changed=self.told.append)
        self.model = Model(policy, self.clock.now, since=self.clock.now)
        self.under_way: list[Call] = []

    @rule()
    def call(self) -> None:
        try:
            permit = self.breaker.enter()
        except CircuitOpen:
            assert not self.model.lets_through()
        else:
            assert self.model.lets_through()
            self.under_way.append(Call(permit, self.model.era, self.clock.now))

    @rule(which=st.integers(0, 100), outcome=st.sampled_from(Outcome))
    def end(self, which: int, outcome: Outcome) -> None:
        if not self.under_way:
            return
        call = self.under_way.pop(which % len(self.under_way))
        self.breaker.leave(call.permit, began=call.began, outcome=outcome)
        self.model.ended(call, outcome)

    @rule(
        times=st.integers(1, 4),
        outcome=st.sampled_from([Outcome.SUCCESS, Outcome.FAILURE]),
        seconds=st.sampled_from([0.0, SLOW_SECONDS]),
    )
    def call_some(self, times: int, outcome: Outcome, seconds: float) -> None:
        for _ in range(times):
            before = len(self.under_way)
            self.call()
            if len(self.under_way) > before:
                self.wait(seconds)
                self.end(before, outcome)

    @rule()
    def fail_until_it_opens(self) -> None:
        self.call_some(self.model.policy.window_size, Outcome.FAILURE, 0.0)

    @rule(outcome=st.sampled_from([Outcome.SUCCESS, Outcome.FAILURE]))
    def probe(self, outcome: Outcome) -> None:
        if self.model.state is State.OPEN:
            self.wait(self.model.open_seconds())
            self.call_some(self.model.policy.probes, outcome, 0.0)

    @rule()
    def lose_the_probes(self) -> None:
        if self.model.state is State.OPEN:
            self.wait(self.model.open_seconds())
            self.call()
            self.wait(self.model.policy.half_open_seconds)
            self.call()

    @rule(seconds=st.sampled_from([0.25, 1.0, 3.0, 8.0, 16.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds
        self.model.now = self.clock.now

    @rule(state=st.sampled_from([State.FORCED_OPEN, State.FORCED_CLOSED]))
    def force(self, state: State) -> None:
        self.breaker.force(state)
        if self.model.state is not state:
            self.model.become(state)

    @rule()
    def give_back(self) -> None:
        self.breaker.automatic()
        if self.model.state is not State.CLOSED:
            self.model.become(State.CLOSED)

    @invariant()
    def agrees(self) -> None:
        model = self.model
        due = model.state is State.OPEN and model.now - model.since >= model.open_seconds()
        assert self.breaker.state is (State.HALF_OPEN if due else model.state)
        counted = model.probes if model.state is State.HALF_OPEN else model.in_window()
        window = self.breaker.window()
        assert window.calls == len(counted)
        assert window.failures == sum(call[1] for call in counted)
        assert window.slow == sum(call[2] for call in counted)
        assert len(self.told) == model.era
        assert not self.told or self.told[-1] is model.state


TestBreakerAgainstItsModel = BreakerAgainstItsModel.TestCase
TestBreakerAgainstItsModel.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None
)


class TestBreaker:
    def test_is_told_what_to_be_by_nobody_but_its_calls(self) -> None:
        breaker = Breaker("test", BreakerPolicy(), clock=Clock())

        with pytest.raises(ValueError, match="not forced to be half-open"):
            breaker.force(State.HALF_OPEN)

    def test_lets_no_more_probes_through_than_it_may_from_many_threads(self) -> None:
        clock = Clock()
        policy = BreakerPolicy(window_size=1, minimum_calls=1, open_seconds=1, probes=3)
        breaker = Breaker("test", policy, clock=clock)
        breaker.leave(breaker.enter(), began=clock(), outcome=Outcome.FAILURE)
        clock.now += 1
        together, through = Barrier(16), []

        def probe() -> None:
            together.wait()
            with suppress(CircuitOpen):
                through.append(breaker.enter())

        threads = [Thread(target=probe) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(through) == 3
        assert breaker.state is State.HALF_OPEN

    def test_counts_every_call_of_many_threads(self) -> None:
        policy = BreakerPolicy(window_size=100_000, failure_rate=1.0)
        breaker = Breaker("test", policy, clock=Clock())

        def call_often() -> None:
            for number in range(500):
                outcome = Outcome.FAILURE if number % 2 else Outcome.SUCCESS
                breaker.leave(breaker.enter(), began=1000.0, outcome=outcome)

        threads = [Thread(target=call_often) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        window = breaker.window()
        assert (window.calls, window.failures) == (4000, 2000)
