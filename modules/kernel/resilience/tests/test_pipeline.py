"""A pipeline does what its policy says, in the order that it says."""

from random import Random
from threading import Event, Thread, current_thread

import pytest

from modules.kernel.contracts import NotFound, Unavailable
from modules.kernel.resilience import (
    Attempt,
    AttemptTimedOut,
    BreakerPolicy,
    BulkheadFull,
    BulkheadPolicy,
    CircuitOpen,
    DeadlineBeforeCall,
    HedgePolicy,
    Pipeline,
    Policy,
    RetryPolicy,
    State,
)
from modules.kernel.resilience.journal import Happened
from modules.kernel.resilience.tests.time_passing import Clock

PATIENCE_SECONDS = 30.0
RETRY = RetryPolicy(attempts=3, wait_seconds=0.1, jitter=0.0)


class Answers:
    """This is a called side: it gives or raises what it was told, and counts."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.attempts: list[Attempt] = []

    def __call__(self, attempt: Attempt) -> object:
        self.attempts.append(attempt)
        answer = self.answers[min(len(self.attempts), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


def pipeline(policy: Policy, clock: Clock) -> Pipeline:
    return Pipeline("test", policy, clock=clock, sleep=clock.sleep, random=Random(1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


class TestTimeouts:
    def test_tell_an_attempt_how_long_it_has(self, clock: Clock) -> None:
        calls = pipeline(Policy(timeout_seconds=5, attempt_timeout_seconds=2), clock)

        assert calls.call(Attempt.remaining_seconds) == 2

    def test_keep_to_the_callers_deadline_where_that_is_earlier(self, clock: Clock) -> None:
        calls = pipeline(Policy(timeout_seconds=5), clock)

        assert calls.call(Attempt.remaining_seconds, deadline=clock() + 1) == 1

    def test_refuse_a_call_whose_time_is_over(self, clock: Clock) -> None:
        asked = Answers("never")

        with pytest.raises(DeadlineBeforeCall):
            pipeline(Policy(), clock).call(asked, deadline=clock())

        assert asked.attempts == []

    def test_leave_behind_what_hangs_where_the_policy_says_so(self) -> None:
        let_go, cancelled = Event(), Event()
        calls = Pipeline(
            "test",
            Policy(
                attempt_timeout_seconds=0.02,
                abandon_late=True,
                bulkhead=BulkheadPolicy(concurrent=1),
            ),
        )

        def hang(attempt: Attempt) -> None:
            assert attempt.cancelled is not None
            attempt.cancelled.wait(PATIENCE_SECONDS)
            cancelled.set()
            let_go.wait(PATIENCE_SECONDS)

        with pytest.raises(AttemptTimedOut):
            calls.call(hang)
        assert cancelled.wait(PATIENCE_SECONDS)
        with pytest.raises(BulkheadFull):
            calls.call(hang)  # What hangs still has its place.
        let_go.set()


class TestRetries:
    def test_go_on_until_an_answer(self, clock: Clock) -> None:
        asked = Answers(Unavailable("away"), ConnectionResetError(), "here")

        assert pipeline(Policy(retry=RETRY), clock).call(asked, repeatable=True) == "here"
        assert clock.slept == pytest.approx([0.1, 0.2])
        assert [attempt.number for attempt in asked.attempts] == [0, 1, 2]

    def test_raise_the_last_failure_when_all_attempts_are_made(self, clock: Clock) -> None:
        asked = Answers(Unavailable("1"), Unavailable("2"), Unavailable("3"))

        with pytest.raises(Unavailable, match="3"):
            pipeline(Policy(retry=RETRY), clock).call(asked, repeatable=True)

    def test_are_not_made_of_what_may_not_be_repeated(self, clock: Clock) -> None:
        asked = Answers(Unavailable("away"), "here")

        with pytest.raises(Unavailable):
            pipeline(Policy(retry=RETRY), clock).call(asked)

        assert len(asked.attempts) == 1

    @pytest.mark.parametrize("error", [NotFound("no such thing"), TypeError("a bug")])
    def test_are_not_made_where_they_cannot_help(self, clock: Clock, error: Exception) -> None:
        asked = Answers(error)

        with pytest.raises(type(error)):
            pipeline(Policy(retry=RETRY), clock).call(asked, repeatable=True)

        assert len(asked.attempts) == 1

    def test_are_not_begun_when_the_wait_would_use_up_the_time(self, clock: Clock) -> None:
        calls = pipeline(Policy(timeout_seconds=0.25, retry=RETRY), clock)
        asked = Answers(Unavailable("away"))

        with pytest.raises(Unavailable):
            calls.call(asked, repeatable=True)

        assert clock.slept == [0.1]
        assert calls.journal.events()[-1].happened is Happened.NO_TIME

    def test_wait_as_long_as_the_other_side_asks_for(self, clock: Clock) -> None:
        asked = Answers(Unavailable("busy", retry_after_seconds=0.7), "here")

        pipeline(Policy(retry=RETRY), clock).call(asked, repeatable=True)

        assert clock.slept == [0.7]

    def test_wait_at_random_with_jitter(self, clock: Clock) -> None:
        retry = RetryPolicy(attempts=10, wait_seconds=0.1, multiplier=1, jitter=1)
        calls = pipeline(Policy(retry=retry), clock)

        with pytest.raises(Unavailable):
            calls.call(Answers(Unavailable("away")), repeatable=True)

        assert len(set(clock.slept)) == 9
        assert all(0 <= wait <= 0.1 for wait in clock.slept)

    def test_cannot_become_a_storm(self, clock: Clock) -> None:
        retry = RetryPolicy(attempts=3, jitter=0, budget_ratio=0.1, budget_burst=5)
        calls = pipeline(Policy(retry=retry), clock)
        asked = Answers(Unavailable("away"))

        for _ in range(200):
            with pytest.raises(Unavailable):
                calls.call(asked, repeatable=True)

        assert 200 + 5 <= len(asked.attempts) <= 200 + 5 + 20


class TestBreakers:
    POLICY = Policy(
        breaker=BreakerPolicy(window_size=4, minimum_calls=4, open_seconds=10, probes=1)
    )

    def test_stop_asking_a_side_that_fails(self, clock: Clock) -> None:
        calls = pipeline(self.POLICY, clock)
        asked = Answers(Unavailable("away"))
        for _ in range(4):
            with pytest.raises(Unavailable, match="away"):
                calls.call(asked)

        with pytest.raises(CircuitOpen) as refusal:
            calls.call(asked)

        assert len(asked.attempts) == 4
        assert refusal.value.facts["retry_after_seconds"] == 10

    def test_take_errors_of_the_contract_for_answers(self, clock: Clock) -> None:
        calls = pipeline(self.POLICY, clock)
        for _ in range(10):
            with pytest.raises(NotFound):
                calls.call(Answers(NotFound("no such thing")))

        assert calls.breaker is not None
        assert calls.breaker.window().failures == 0

    def test_are_not_tried_again_while_they_are_open(self, clock: Clock) -> None:
        calls = pipeline(Policy(retry=RETRY, breaker=self.POLICY.breaker), clock)
        assert calls.breaker is not None
        calls.breaker.force(State.FORCED_OPEN)

        with pytest.raises(CircuitOpen):
            calls.call(Answers("never"), repeatable=True)

        assert clock.slept == []

    def test_do_not_hear_of_calls_that_the_bulkhead_refused(self, clock: Clock) -> None:
        policy = Policy(breaker=self.POLICY.breaker, bulkhead=BulkheadPolicy(concurrent=1))
        calls = pipeline(policy, clock)

        def nested(attempt: Attempt) -> None:
            for _ in range(10):
                with pytest.raises(BulkheadFull):
                    calls.call(Answers("never"))

        calls.call(nested)

        assert calls.breaker is not None
        assert calls.breaker.window().calls == 1


class TestBulkheads:
    def test_give_the_place_back_when_a_call_fails(self, clock: Clock) -> None:
        calls = pipeline(Policy(bulkhead=BulkheadPolicy(concurrent=1)), clock)

        for _ in range(3):
            with pytest.raises(Unavailable, match="away"):
                calls.call(Answers(Unavailable("away")))

    def test_let_the_next_one_wait_for_a_place(self) -> None:
        calls = Pipeline(
            "test", Policy(bulkhead=BulkheadPolicy(concurrent=1, max_wait_seconds=PATIENCE_SECONDS))
        )
        inside, let_go = Event(), Event()

        def stay(attempt: Attempt) -> bool:
            inside.set()
            return let_go.wait(PATIENCE_SECONDS)

        first = Thread(target=calls.call, args=(stay,))
        first.start()
        assert inside.wait(PATIENCE_SECONDS)
        second = Thread(target=calls.call, args=(stay,))
        second.start()
        let_go.set()
        first.join(PATIENCE_SECONDS)
        second.join(PATIENCE_SECONDS)

        assert not second.is_alive()
        assert calls.bulkhead is not None
        assert calls.bulkhead.under_way == 0


class TestFallbacks:
    def test_answer_in_place_of_a_failure(self, clock: Clock) -> None:
        calls = pipeline(Policy(), clock)

        assert calls.call(Answers(OSError()), fallback=lambda error: "old") == "old"
        assert calls.journal.events()[-1].happened is Happened.FALLBACK

    def test_leave_errors_of_the_contract_alone(self, clock: Clock) -> None:
        with pytest.raises(NotFound):
            pipeline(Policy(), clock).call(
                Answers(NotFound("no such thing")), fallback=lambda error: "old"
            )


class TestHedges:
    def test_ask_again_beside_a_read_that_hangs(self) -> None:
        calls = Pipeline(
            "test", Policy(timeout_seconds=PATIENCE_SECONDS, hedge=HedgePolicy(after_seconds=0.01))
        )
        slow = Event()

        def read(attempt: Attempt) -> str:
            if attempt.number == 0:
                assert attempt.cancelled is not None
                attempt.cancelled.wait(PATIENCE_SECONDS)
                slow.set()
            return f"answer {attempt.number}"

        assert calls.call(read, safe=True) == "answer 1"
        assert slow.wait(PATIENCE_SECONDS)  # The loser was told that nobody waits.

    def test_are_not_made_of_what_changes_something(self) -> None:
        calls = Pipeline("test", Policy(hedge=HedgePolicy(after_seconds=0.0001)))

        assert calls.call(lambda attempt: current_thread()) is current_thread()

    def test_fail_when_all_have_failed(self) -> None:
        calls = Pipeline("test", Policy(hedge=HedgePolicy(after_seconds=PATIENCE_SECONDS)))

        with pytest.raises(Unavailable, match="away"):
            calls.call(Answers(Unavailable("away")), safe=True)

    def test_end_when_the_time_is_over(self) -> None:
        calls = Pipeline(
            "test", Policy(timeout_seconds=0.05, hedge=HedgePolicy(after_seconds=0.01))
        )

        def hang(attempt: Attempt) -> None:
            assert attempt.cancelled is not None
            attempt.cancelled.wait(PATIENCE_SECONDS)

        with pytest.raises(AttemptTimedOut):
            calls.call(hang, safe=True)
