"""Attempts in threads of their own: one that is left behind when late, and hedges.

A thread for each attempt, made when it is needed and forgotten: an attempt that hangs takes
no place of a pool, and no process waits for it at its end. What the caller's context holds
(trace, correlation) goes with it. It costs about 100 µs an attempt; calls that are neither
hedged nor abandoned run in the caller's thread.
"""

from collections.abc import Callable
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

from modules.kernel.resilience.errors import AttemptTimedOut

T = TypeVar("T")


class _Answer(Generic[T]):
    def __init__(self, value: T | None, error: BaseException | None) -> None:
        self.value = value
        self.error = error

    def get(self) -> T:
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # there is no error, so there is a value


def abandoned_when_late(
    run: Callable[[Event], T], *, name: str, seconds: float, ended: Callable[[], None]
) -> T:
    """This waits for an answer so long and no longer, and then leaves the attempt behind.

    Args:
        run: is given an event that is set when nobody waits any more.
        ended: is called in its thread once the attempt has ended, however late that is.

    Raises:
        AttemptTimedOut: there was none.
    """
    cancelled = Event()
    answers: SimpleQueue[_Answer[T]] = SimpleQueue()
    _start(run, cancelled, answers, ended)
    try:
        return answers.get(timeout=max(seconds, 0.0)).get()
    except Empty:
        cancelled.set()
        raise AttemptTimedOut(f"{name}: no answer in {seconds:.3f} s; it was left behind") from None


def hedged(
    run: Callable[[int, Event], T],
    *,
    ended: Callable[[], None],
    name: str,
    after_seconds: float,
    more: int,
    may_hedge: Callable[[], bool],
    remaining_seconds: Callable[[], float],
    may_be_gone: Callable[[BaseException], bool],
) -> T:
    """This asks once, and beside it again each time that no answer has come for a while.

    The first success wins and the others are cancelled. A failure that may be gone next time
    waits for the others; any other error ends the call.

    Raises:
        AttemptTimedOut: no answer came in all the time there was.
    """
    answers: SimpleQueue[_Answer[T]] = SimpleQueue()
    cancelled: list[Event] = []

    def ask() -> None:
        number, event = len(cancelled), Event()
        cancelled.append(event)
        _start(lambda event: run(number, event), event, answers, ended)

    ask()
    answered = 0
    try:
        while True:
            remaining = remaining_seconds()
            another = len(cancelled) <= more
            try:
                answer = answers.get(
                    timeout=min(after_seconds, remaining) if another else remaining
                )
            except Empty:
                if remaining_seconds() <= 0:
                    raise AttemptTimedOut(f"{name}: no answer to any of its hedges") from None
                if another and may_hedge():
                    ask()
                else:
                    more = 0
                continue
            answered += 1
            if answer.error is None or answered == len(cancelled) or not may_be_gone(answer.error):
                return answer.get()
    finally:
        for event in cancelled:
            event.set()


def _start(
    run: Callable[[Event], T],
    cancelled: Event,
    answers: "SimpleQueue[_Answer[T]]",
    ended: Callable[[], None],
) -> None:
    def work() -> None:
        try:
            answers.put(_Answer(run(cancelled), None))
        except BaseException as error:  # it is raised where the answer is taken
            answers.put(_Answer(None, error))
        finally:
            ended()

    thread = Thread(target=copy_context().run, args=(work,), name="quarry-attempt", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # there are too many threads
        ended()
        raise
