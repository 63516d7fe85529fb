"""The pipeline: a policy carried out around a call.

    fallback ( total timeout ( retry ( hedge ( breaker ( bulkhead ( attempt timeout ( faults (
        the call ))))))))

Called by the bindings of interfaces, and by whatever else leaves the process. A call that
succeeds costs some microseconds; `make bench-calls` measures them. Thread-safe; the clock,
the sleeping and the randomness are passed in.
"""

import time
from collections.abc import Callable, Mapping
from random import Random
from threading import Event
from typing import Any, TypeVar

import structlog

from modules.kernel.contracts import Unavailable
from modules.kernel.resilience.aside import abandoned_when_late, hedged
from modules.kernel.resilience.attempt import Attempt
from modules.kernel.resilience.breaker import Breaker, Outcome
from modules.kernel.resilience.budget import RetryBudget
from modules.kernel.resilience.bulkhead import Bulkhead
from modules.kernel.resilience.errors import (
    DeadlineBeforeCall,
    is_failure,
    is_transient,
)
from modules.kernel.resilience.faults import Faults, Request
from modules.kernel.resilience.journal import Happened, Journal
from modules.kernel.resilience.policy import Policy, RetryPolicy

T = TypeVar("T")

_ANYBODY = Request()
_logger = structlog.get_logger("quarry.resilience")


class Pipeline:
    """This is a policy with its state: one for each caller and what it calls.

    Args:
        name: for people and metrics, for example ``ordering->payments.Payments``.
        clock: gives seconds that never go back; deadlines are of this clock.
        random: draws the jitter.
        faults_allowed: without it the policy's faults are not there.
        outcomes: wrong results by name, for faults that give one.
        transient: which errors may be gone at the next attempt.
        thread_ended: is called at the end of each thread that was made for an attempt.
    """

    def __init__(
        self,
        name: str,
        policy: Policy,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        random: Random | None = None,
        faults_allowed: bool = False,
        outcomes: Mapping[str, Callable[[], Any]] | None = None,
        transient: Callable[[BaseException], bool] = is_transient,
        thread_ended: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.policy = policy
        self.clock = clock
        self._sleep = sleep
        self._random = random or Random()
        self._transient = transient
        self._thread_ended = thread_ended
        self._timeout_seconds = policy.timeout_seconds
        self._attempt_seconds = policy.attempt_seconds
        self.journal = Journal(name, clock=clock, has_breaker=policy.breaker is not None)
        self.breaker = (
            Breaker(name, policy.breaker, clock=clock, changed=self.journal.breaker_became)
            if policy.breaker
            else None
        )
        self.bulkhead = Bulkhead(name, policy.bulkhead) if policy.bulkhead else None
        retry = policy.retry
        self.budget = (
            RetryBudget(ratio=retry.budget_ratio, burst=retry.budget_burst) if retry else None
        )
        self._faults = (
            Faults(
                name,
                policy.faults,
                seed=policy.fault_seed,
                sleep=sleep,
                outcomes=outcomes or {},
                happened=lambda kind: self.journal.note(Happened.FAULT, kind),
            )
            if faults_allowed and policy.faults
            else None
        )
        self._falling_back = False

    def call(
        self,
        function: Callable[[Attempt], T],
        *,
        deadline: float | None = None,
        repeatable: bool = False,
        safe: bool = False,
        fallback: Callable[[Exception], T] | None = None,
        request: Request = _ANYBODY,
    ) -> T:
        """This calls the function, with everything that the policy puts around it.

        Args:
            function: is told its deadline, and keeps it; see `Attempt`.
            deadline: the caller's own, on the pipeline's clock; the earlier one counts.
            repeatable: doing it twice is as good as once. Without it nothing is retried.
            safe: it only reads, so that it may be hedged.
            fallback: gives an answer in place of a failure; errors of the contract, which
                are answers, go through.
            request: who calls and with what headers, for faults that ask.

        Raises:
            CallNotMade: it was refused by the breaker or the bulkhead, or the time was over.
            AttemptTimedOut: no answer came in time.
            Exception: what the function raised last.
        """
        started = self.clock()
        ends = started + self._timeout_seconds
        if deadline is not None and deadline < ends:
            ends = deadline
        try:
            if repeatable and self.policy.retry is not None:
                answer = self._with_retries(self.policy.retry, function, ends, safe, request)
            else:
                answer = self._once(function, 0, ends, safe, request)
        except Exception as error:
            self.journal.ended(_word_for(error), self.clock() - started)
            if fallback is None or not is_failure(error):
                raise
            self._note_fallback(error)
            return fallback(error)
        self.journal.succeeded(self.clock() - started)
        self._falling_back = False
        return answer

    def _with_retries(
        self,
        retry: RetryPolicy,
        function: Callable[[Attempt], T],
        ends: float,
        safe: bool,
        request: Request,
    ) -> T:
        assert self.budget is not None
        self.budget.deposit()
        number = 0
        while True:
            try:
                return self._once(function, number, ends, safe, request)
            except Exception as error:
                number += 1
                if number >= retry.attempts or not self._transient(error):
                    raise
                wait_seconds = self._wait_seconds(retry, number, error)
                if self.clock() + wait_seconds >= ends:
                    self.journal.note(Happened.NO_TIME, repr(error))
                    raise
                if not self.budget.withdraw():
                    self.journal.note(Happened.NO_BUDGET, repr(error))
                    raise
                self.journal.note(Happened.RETRY, repr(error))
            self._sleep(wait_seconds)

    def _wait_seconds(self, retry: RetryPolicy, number: int, error: Exception) -> float:
        longest = min(retry.wait_seconds * retry.multiplier ** (number - 1), retry.max_wait_seconds)
        wait_seconds = longest * (1 - retry.jitter * self._random.random())
        # The other side may know better when it will be well again.
        asked = getattr(error, "retry_after_seconds", None)
        return max(wait_seconds, float(asked)) if asked is not None else wait_seconds

    def _once(
        self,
        function: Callable[[Attempt], T],
        number: int,
        ends: float,
        safe: bool,
        request: Request,
    ) -> T:
        hedge = self.policy.hedge
        if hedge is None or not safe:
            return self._attempt(function, number, ends, request, None)
        return hedged(
            lambda beside, cancelled: self._attempt(
                function, number + beside, ends, request, cancelled
            ),
            name=self.name,
            ended=self._thread_ended,
            after_seconds=hedge.after_seconds,
            more=hedge.more,
            may_hedge=self._may_hedge,
            remaining_seconds=lambda: ends - self.clock(),
            may_be_gone=self._transient,
        )

    def _attempt(
        self,
        function: Callable[[Attempt], T],
        number: int,
        ends: float,
        request: Request,
        cancelled: Event | None,
    ) -> T:
        breaker, bulkhead = self.breaker, self.bulkhead
        permit = breaker.enter() if breaker is not None else 0
        began = self.clock()
        inside = asked = False
        # Until the other side is asked, what happens says nothing of it.
        outcome = Outcome.NONE
        try:
            if bulkhead is not None:
                bulkhead.enter(at_most_seconds=ends - began)
                inside = True
                began = self.clock()
            if began >= ends:
                raise DeadlineBeforeCall(f"{self.name}: the time was over", call=self.name)
            asked = True
            attempt = Attempt(
                number, min(ends, began + self._attempt_seconds), self.clock, cancelled
            )
            if self.policy.abandon_late:
                inside = False  # The place is free when the work has ended, not the waiting.
                answer = self._left_behind(function, attempt, request)
            else:
                answer = self._called(function, attempt, request)
            outcome = Outcome.SUCCESS
            return answer
        except Exception as error:
            if asked:
                outcome = Outcome.FAILURE if is_failure(error) else Outcome.SUCCESS
            raise
        finally:
            if inside and bulkhead is not None:
                bulkhead.leave()
            if breaker is not None:
                breaker.leave(permit, began=began, outcome=outcome)

    def _left_behind(
        self, function: Callable[[Attempt], T], attempt: Attempt, request: Request
    ) -> T:
        def run(cancelled: Event) -> T:
            attempt.cancelled = cancelled
            return self._called(function, attempt, request)

        def ended() -> None:
            if self.bulkhead is not None:
                self.bulkhead.leave()
            self._thread_ended()

        return abandoned_when_late(
            run, name=self.name, seconds=attempt.remaining_seconds(), ended=ended
        )

    def _called(self, function: Callable[[Attempt], T], attempt: Attempt, request: Request) -> T:
        if self._faults is None:
            return function(attempt)
        answer: T = self._faults.around(function, attempt, request)
        return answer

    def _may_hedge(self) -> bool:
        if self.budget is not None and not self.budget.withdraw():
            self.journal.note(Happened.NO_BUDGET, "no hedge")
            return False
        self.journal.note(Happened.HEDGE)
        return True

    def _note_fallback(self, error: Exception) -> None:
        self.journal.note(Happened.FALLBACK, repr(error))
        if not self._falling_back:  # Once, until a call succeeds again.
            self._falling_back = True
            _logger.warning("fallback", call=self.name, error=repr(error))


def _word_for(error: Exception) -> str:
    if not is_failure(error):
        return "refusal"
    return error.code if isinstance(error, Unavailable) else "error"
