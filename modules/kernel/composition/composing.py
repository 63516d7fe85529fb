"""Putting a composition together: all that can be asked is asked at once, in a bounded pool.

Deadline, trace, causes and the caller's identity go with each question, into its thread. What is
late is left behind: its thread, which nothing can interrupt, is given back when its own question
ends, and calls to other processes end with their deadline. Until then it counts towards the
pool's bound, so a module that hangs takes threads and not requests.
"""

import contextvars
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import cache
from typing import Any, Generic, TypeVar

import structlog
from django.conf import settings
from django.db import close_old_connections

from modules.kernel.composition.declaring import Composed, Composition, Part, State
from modules.kernel.composition.errors import PartUnavailable
from modules.kernel.contracts import Problem, Unavailable
from modules.kernel.interfaces import current_call, within
from modules.kernel.messaging.unit_of_work import module_of_current_transaction
from modules.kernel.resilience import AttemptTimedOut, DeadlineBeforeCall

Q = TypeVar("Q")

_logger = structlog.get_logger("quarry.composition")

_TOO_LATE = (AttemptTimedOut, DeadlineBeforeCall)


def compose(composition: Composition[Q], question: Q) -> Composed:
    """This gives what the parts gave by their deadlines.

    Raises:
        PartUnavailable: a required part could not be had, or not in time.
        Problem: a required part answered with an error of its contract.
        RuntimeError: inside a unit of work, which the threads of the parts do not share.
    """
    if module := module_of_current_transaction():
        raise RuntimeError(
            f"{composition.name} is composed in a transaction of {module}: ask before it begins"
        )
    return _Run(composition, question).result()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(settings.QUARRY_COMPOSITION_THREADS, thread_name_prefix="part")


class _Run(Generic[Q]):
    """This is one composition on its way."""

    def __init__(self, composition: Composition[Q], question: Q) -> None:
        self._composition = composition
        self._question = question
        self._found: dict[str, Any] = {}
        self._states: dict[str, State] = {}
        self._waiting = list(composition.parts)
        self._running: dict[Future[Any], tuple[Part[Q], float]] = {}
        self._end = time.monotonic() + composition.seconds
        if (around := current_call().deadline) is not None:
            self._end = min(self._end, around)

    def result(self) -> Composed:
        try:
            self._begin()
            while self._running:
                soonest = min(deadline for _, deadline in self._running.values())
                timeout = max(soonest - time.monotonic(), 0.0)
                done, _ = wait(self._running, timeout, return_when=FIRST_COMPLETED)
                for future in done:
                    self._settle(future)
                self._leave_late()
                self._begin()
        finally:
            for future in self._running:
                future.cancel()
        states = {part.name: self._states[part.name] for part in self._composition.parts}
        return Composed(states=states, found=self._found)

    def _begin(self) -> None:
        """This asks what has all that it needs, and leaves out what never will have it."""
        for part in list(self._waiting):
            states = [self._states.get(need) for need in part.needs]
            if any(state in (State.MISSING, State.LATE) for state in states):
                self._waiting.remove(part)
                self._states[part.name] = State.MISSING
            elif None not in states:
                self._waiting.remove(part)
                deadline = min(time.monotonic() + part.seconds, self._end)
                found = {need: self._found[need] for need in part.needs}
                context = contextvars.copy_context()
                future = _pool().submit(context.run, _ask, part, self._question, found, deadline)
                self._running[future] = part, deadline

    def _settle(self, future: Future[Any]) -> None:
        part, deadline = self._running.pop(future)
        error = future.exception()
        if error is None:
            self._states[part.name], self._found[part.name] = State.OK, future.result()
        elif part.required and not isinstance(error, Unavailable):
            raise error
        else:
            late = isinstance(error, _TOO_LATE) or time.monotonic() >= deadline
            self._leave_out(part, State.LATE if late else State.MISSING, error)

    def _leave_late(self) -> None:
        now = time.monotonic()
        for future, (part, deadline) in list(self._running.items()):
            if now >= deadline and not future.done():
                future.cancel()
                del self._running[future]
                self._leave_out(part, State.LATE, None)

    def _leave_out(self, part: Part[Q], state: State, error: BaseException | None) -> None:
        broken = error is not None and not isinstance(error, Problem)
        _logger.warning(
            "part_left_out",
            composition=self._composition.name,
            part=part.name,
            state=state.value,
            error=repr(error) if error else None,
            exc_info=error if broken else None,
        )
        if part.required:
            said = f": {error.detail}" if isinstance(error, Problem) else ""
            raise PartUnavailable(
                f"{part.name} is {state.value}, and without it there is no answer{said}; "
                "try again in a moment",
                part=part.name,
                state=state.value,
            ) from error
        self._states[part.name] = state


def _ask(part: Part[Q], question: Q, found: Mapping[str, Any], deadline: float) -> Any:
    """This asks for one part, in its thread."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise DeadlineBeforeCall(f"{part.name} was not begun before its deadline")
    try:
        with within(left):
            return part.ask(question, found)
    finally:
        close_old_connections()
