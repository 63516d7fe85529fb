"""What a caller sees when the call itself failed: told apart from the interface's own errors.

    Unavailable
    └── RemoteCallError        the call failed; the interface has not answered
        ├── NotReached         no connection: nothing was done
        ├── AnswerLost         the line broke: whether it was done is not known
        ├── NotHere            the module runs elsewhere by now: nothing was done
        ├── CallRefused        the provider does not take such a call: nothing was done
        └── ProviderFailed     the provider broke on it, as it would have in one process

An answer that comes too late is `modules.kernel.resilience.AttemptTimedOut`. Trying again may
help against the first three.
"""

from typing import ClassVar

from modules.kernel.contracts import Unavailable


class RemoteCallError(Unavailable):
    """This says that a call to another module failed on the way."""

    code = "remote-call-failed"
    title = "A call to another module failed"
    #: Whether it may be gone at the next attempt; see `modules.kernel.resilience.is_transient`.
    transient: ClassVar[bool] = True


class NotReached(RemoteCallError):
    """This says that there was no connection to the provider; nothing has happened."""

    code = "module-not-reached"


class AnswerLost(RemoteCallError):
    """This says that the connection broke before the answer; whether it was done is not known."""

    code = "answer-lost"


class NotHere(RemoteCallError):
    """This says that the process that was asked does not have the module any more, or not yet."""

    code = "module-not-here"


class CallRefused(RemoteCallError):
    """This says that the provider does not take the call: not from this caller, or not so."""

    code = "call-refused"
    transient = False


class ProviderFailed(RemoteCallError):
    """This says that the provider raised what is no error of its interface; its log has it."""

    code = "provider-failed"
    transient = False
