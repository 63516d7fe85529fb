"""What a pipeline says when it does not let a call through, or gives up on one.

    Unavailable
    ├── CallNotMade             refused on the caller's side: nothing was done
    │   ├── CircuitOpen         the breaker is open
    │   ├── BulkheadFull        too many calls are under way
    │   └── DeadlineBeforeCall  the time was over before the call
    ├── AttemptTimedOut         no answer in time: whether it was done is not known
    └── InjectedFault           somebody asked for this failure

All are `Unavailable`, so that the edge answers them with 503 without knowing of them.
"""

from modules.kernel.contracts import Problem, Unavailable


class CallNotMade(Unavailable):
    """This says that the call was refused on the caller's side; nothing has happened."""

    code = "call-not-made"
    title = "The call was not made"


class CircuitOpen(CallNotMade):
    """This says that the other side has failed too often of late, so it is not asked."""

    code = "circuit-open"
    title = "The circuit breaker is open"


class BulkheadFull(CallNotMade):
    """This says that as many calls as may be are under way."""

    code = "bulkhead-full"
    title = "Too many calls are under way"


class DeadlineBeforeCall(CallNotMade):
    """This says that the time was over before the call could be made."""

    code = "deadline-before-call"
    title = "The time was over before the call"


class AttemptTimedOut(Unavailable):
    """This says that no answer came in time; whether the work was done is not known."""

    code = "attempt-timed-out"
    title = "No answer in time"


class InjectedFault(Unavailable):
    """This is a failure that was asked for, by a policy's ``faults``."""

    code = "injected-fault"
    title = "A fault was injected"


def is_failure(error: BaseException) -> bool:
    """This tells failures of the other side from its answers.

    An error of the contract (`OutOfStock`, `NotFound`) is an answer: it counts as a success
    for a breaker, is never tried again, and has no fallback.
    """
    return not isinstance(error, Problem) or isinstance(error, Unavailable)


def is_transient(error: BaseException) -> bool:
    """This tells failures that may be gone at the next attempt: unavailable, or a broken line."""
    if isinstance(error, CallNotMade):
        return False  # Asking again at once would only meet the same refusal.
    # Some errors know of themselves that asking again is of no use.
    return isinstance(error, Unavailable | OSError) and getattr(error, "transient", True)
