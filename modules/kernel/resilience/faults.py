"""Fault injection: failures on purpose, innermost, so that all that stands around is tried.

Whether a call is met is drawn from a generator with a seed, one for each fault: the same
calls in the same order meet the same faults. A pipeline that was not allowed faults has none.
Source: Polly's chaos strategies (Simmy); Basiri et al., "Chaos Engineering" (2016).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from threading import Lock
from typing import Any

from modules.kernel.resilience.attempt import Attempt
from modules.kernel.resilience.errors import AttemptTimedOut, InjectedFault
from modules.kernel.resilience.policy import FaultPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """This is what faults are chosen by: who calls, and with which headers (names lower case)."""

    caller: str = ""
    headers: Mapping[str, str] | None = None


class Faults:
    """These are the faults of one pipeline.

    Args:
        outcomes: wrong results by name, for faults of kind ``outcome``; each is made anew.
        happened: is told the kind of each fault that is injected.

    Raises:
        ValueError: a fault names an outcome that there is not.
    """

    def __init__(
        self,
        name: str,
        faults: Sequence[FaultPolicy],
        *,
        seed: int,
        sleep: Callable[[float], None],
        outcomes: Mapping[str, Callable[[], Any]],
        happened: Callable[[str], None],
    ) -> None:
        for fault in faults:
            if fault.kind == "outcome" and fault.outcome not in outcomes:
                raise ValueError(f"{name}: there is no outcome {fault.outcome!r} to inject")
        self._name = name
        self._faults = [(fault, Random(f"{seed}:{number}")) for number, fault in enumerate(faults)]
        self._sleep = sleep
        self._outcomes = outcomes
        self._happened = happened
        self._lock = Lock()

    def around(self, function: Callable[[Attempt], Any], attempt: Attempt, request: Request) -> Any:
        """This calls the function, with the faults that meet this call."""
        drawn = self._drawn(request)
        for fault in drawn:
            self._happened(fault.kind)
            if fault.kind == "latency":
                self._wait(fault.latency_seconds, attempt)
            elif fault.kind == "error":
                raise InjectedFault(f"{self._name}: an error was injected", call=self._name)
            elif fault.kind == "outcome":
                return self._outcomes[fault.outcome]()
        answer = function(attempt)
        if any(fault.kind == "lost-answer" for fault in drawn):
            raise InjectedFault(f"{self._name}: the answer was lost on purpose", call=self._name)
        return answer

    def _drawn(self, request: Request) -> list[FaultPolicy]:
        # All that concern the call are drawn for, also those that will not be reached: whether
        # one fault meets a call must not change which calls another one meets.
        with self._lock:
            return [
                fault
                for fault, random in self._faults
                if _concerns(fault, request) and random.random() < fault.rate
            ]

    def _wait(self, seconds: float, attempt: Attempt) -> None:
        left = attempt.remaining_seconds()
        self._sleep(min(seconds, left))
        if seconds >= left:
            raise AttemptTimedOut(f"{self._name}: the injected latency took all the time")


def _concerns(fault: FaultPolicy, request: Request) -> bool:
    if fault.caller and fault.caller != request.caller:
        return False
    if not fault.header:
        return True
    name, separator, value = fault.header.partition("=")
    sent = (request.headers or {}).get(name.lower())
    return sent is not None and (not separator or sent == value)
