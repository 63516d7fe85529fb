"""What happened at a pipeline: counted for Prometheus, and the last events kept for the console.

Called by `Pipeline` on every call, so a call that succeeds pays for one histogram
and nothing else; its number is the histogram's count.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client import Counter, Gauge, Histogram

from modules.kernel.resilience.breaker import State

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

_calls = Histogram(
    "quarry_call_seconds",
    "How long a call took, all its attempts together, by what came of it: success, refusal (an "
    "error of the contract), or what went wrong",
    ("call", "outcome"),
    buckets=_SECONDS,
)
_events = Counter(
    "quarry_call_events",
    "What pipelines did: retries, hedges, fallbacks, injected faults, changes of breakers",
    ("call", "event"),
)
_states = Gauge(
    "quarry_breaker_state",
    "How many processes' breakers are in the state",
    ("call", "state"),
    multiprocess_mode="livesum",
)


class Happened(StrEnum):
    """This is what a pipeline did beside calling."""

    RETRY = "retry"
    NO_BUDGET = "retry-budget-spent"
    NO_TIME = "no-time-to-retry"
    HEDGE = "hedge"
    FALLBACK = "fallback"
    FAULT = "fault"
    BREAKER = "breaker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """This is one thing that a pipeline did; `at` is of its clock, in seconds."""

    at: float
    happened: Happened
    detail: str


class Journal:
    """This is what is known of one pipeline's past."""

    def __init__(self, name: str, *, clock: Callable[[], float], has_breaker: bool) -> None:
        self._name = name
        self._clock = clock
        self._last: deque[Event] = deque(maxlen=50)
        # `labels` takes a lock and makes strings: the usual one is looked up once.
        #: Takes in how many seconds a call took that came back.
        self.succeeded: Callable[[float], None] = _calls.labels(name, "success").observe
        if has_breaker:
            self._show(State.CLOSED)

    def ended(self, outcome: str, seconds: float) -> None:
        """This takes in a call that ended with an error."""
        _calls.labels(self._name, outcome).observe(seconds)

    def note(self, happened: Happened, detail: str = "") -> None:
        """This counts an event and keeps it for a while."""
        _events.labels(self._name, happened.value).inc()
        self._last.append(Event(at=self._clock(), happened=happened, detail=detail))

    def breaker_became(self, state: State) -> None:
        """This takes note of a breaker's new state."""
        self.note(Happened.BREAKER, state.value)
        self._show(state)

    def events(self) -> tuple[Event, ...]:
        """This gives the last events, oldest first."""
        return tuple(self._last.copy())

    def _show(self, now: State) -> None:
        for state in State:
            _states.labels(self._name, state.value).set(state is now)
