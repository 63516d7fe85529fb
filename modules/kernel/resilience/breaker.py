"""The circuit breaker: stops asking a side that fails, and finds out when it is well again.

    closed ── rate reached ──▶ open ── open_seconds ──▶ half-open ── probes well ──▶ closed
                                ▲                          │
                                └──────── probes ill ──────┘
    an operator: ──▶ forced-open, forced-closed; automatic() ──▶ closed, with nothing counted

Called by `Pipeline` around each attempt. Thread-safe; the lock is held for bookkeeping only.
Source: Nygard, "Release It!" (2007); the windows and rates are those of Resilience4j.
"""

from collections.abc import Callable
from enum import StrEnum
from threading import Lock

from modules.kernel.resilience.errors import CircuitOpen
from modules.kernel.resilience.policy import BreakerPolicy
from modules.kernel.resilience.windows import CountWindow, TimeWindow, Totals, Window, totals


class State(StrEnum):
    """This is what a breaker does with the next call."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"
    FORCED_OPEN = "forced-open"
    FORCED_CLOSED = "forced-closed"


_PASSING = frozenset({State.CLOSED, State.FORCED_CLOSED})


class Outcome(StrEnum):
    """This is what came of a call that was let through."""

    SUCCESS = "success"
    FAILURE = "failure"
    NONE = "none"  # It was refused further inside, and says nothing of the other side.


class Breaker:
    """This is one circuit breaker.

    Args:
        clock: gives seconds that never go back.
        changed: is told each new state, outside the lock.
    """

    def __init__(
        self,
        name: str,
        policy: BreakerPolicy,
        *,
        clock: Callable[[], float],
        changed: Callable[[State], None] = lambda state: None,
    ) -> None:
        self.name = name
        self.policy = policy
        self._clock = clock
        self._changed = changed
        self._lock = Lock()
        self._state = State.CLOSED
        # Each state has a number. A call that began in an earlier one says nothing of this:
        # a slow failure of before the opening must not be taken for a probe.
        self._epoch = 0
        # The epoch while all calls are let through: one attribute, so that it is read without
        # the lock and is never of two states.
        self._all_pass: int | None = 0
        self._window = _window(policy)
        self._since = clock()
        self._openings = 0
        self._let_through = 0
        self._probes = CountWindow(policy.probes)
        self._slow_call_seconds = policy.slow_call_seconds

    @property
    def state(self) -> State:
        """This is the state as the next call will find it."""
        with self._lock:
            if self._state is State.OPEN and self._may_probe(self._clock()):
                return State.HALF_OPEN
            return self._state

    def window(self) -> Totals:
        """This gives what the rates are made of: the window, or the probes while half-open."""
        with self._lock:
            if self._state is State.HALF_OPEN:
                return totals(self._probes)
            self._window.expire(self._clock())
            return totals(self._window)

    def enter(self) -> int:
        """This lets a call through and gives the permit to `leave` with.

        Raises:
            CircuitOpen: it is not let through.
        """
        passing = self._all_pass
        if passing is not None:
            return passing
        with self._lock:
            before = self._epoch
            permit, wait_seconds = self._enter(self._clock())
            state, is_news = self._state, self._epoch != before
        if is_news:
            self._changed(state)
        if permit is None:
            raise CircuitOpen(
                f"{self.name}: the breaker is {state}, the other side is not asked",
                call=self.name,
                state=state.value,
                retry_after_seconds=round(wait_seconds, 3),
            )
        return permit

    def leave(self, permit: int, *, began: float, outcome: Outcome) -> None:
        """This takes in what came of a call that `enter` let through.

        Args:
            began: when the other side was asked, on the breaker's clock.
        """
        with self._lock:
            if permit != self._epoch:
                return
            if outcome is Outcome.NONE:
                if self._state is State.HALF_OPEN:
                    self._let_through -= 1
                return
            now = self._clock()
            failed, slow = outcome is Outcome.FAILURE, now - began >= self._slow_call_seconds
            if self._state is State.HALF_OPEN:
                self._probes.add(now, failed=failed, slow=slow)
                self._judge_probes(now)
            else:
                window = self._window
                window.add(now, failed=failed, slow=slow)
                if (
                    (window.failures or window.slow)
                    and window.calls >= self.policy.minimum_calls
                    and self._state is State.CLOSED
                    and self._is_ill(window)
                ):
                    self._open(now)
            if permit == self._epoch:
                return
            state = self._state
        self._changed(state)

    def force(self, state: State) -> None:
        """This has an operator's `FORCED_OPEN` or `FORCED_CLOSED` stand until `automatic`."""
        if state not in (State.FORCED_OPEN, State.FORCED_CLOSED):
            raise ValueError(f"a breaker is not forced to be {state}")
        self._become(state)

    def automatic(self) -> None:
        """This gives it back to itself: closed, with nothing counted."""
        self._become(State.CLOSED)

    def _become(self, state: State) -> None:
        with self._lock:
            if self._state is state:
                return
            self._openings = 0
            self._window.clear()
            self._change(state, self._clock())
        self._changed(state)

    def _enter(self, now: float) -> tuple[int | None, float]:
        if self._state is State.OPEN and self._may_probe(now):
            self._half_open(now)
        elif self._state is State.HALF_OPEN and now - self._since >= self.policy.half_open_seconds:
            # The probes are lost, or hang: that is no sign of health.
            self._open(now)
        if self._state in _PASSING:
            return self._epoch, 0.0
        if self._state is State.HALF_OPEN and self._let_through < self.policy.probes:
            self._let_through += 1
            return self._epoch, 0.0
        if self._state is State.OPEN:
            return None, self._since + self._open_seconds() - now
        return None, 0.0  # Until the probes are back, or the operator closes it.

    def _judge_probes(self, now: float) -> None:
        if self._probes.calls < self.policy.probes:
            return
        if self._is_ill(self._probes):
            self._open(now)
        else:
            self._openings = 0
            self._window.clear()
            self._change(State.CLOSED, now)

    def _is_ill(self, window: Window) -> bool:
        return (
            window.failures >= self.policy.failure_rate * window.calls
            or window.slow >= self.policy.slow_call_rate * window.calls
        )

    def _may_probe(self, now: float) -> bool:
        return now - self._since >= self._open_seconds()

    def _open_seconds(self) -> float:
        doubled = self.policy.open_seconds * 2.0 ** min(max(self._openings - 1, 0), 30)
        return min(doubled, max(self.policy.max_open_seconds, self.policy.open_seconds))

    def _open(self, now: float) -> None:
        self._openings += 1
        self._change(State.OPEN, now)

    def _half_open(self, now: float) -> None:
        self._let_through = 0
        self._probes.clear()
        self._change(State.HALF_OPEN, now)

    def _change(self, state: State, now: float) -> None:
        self._epoch += 1
        self._state = state
        self._all_pass = self._epoch if state in _PASSING else None
        self._since = now


def _window(policy: BreakerPolicy) -> Window:
    return (CountWindow if policy.window == "count" else TimeWindow)(policy.window_size)
