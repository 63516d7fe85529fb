"""The call that is being answered: who made it, and until when its answer is waited for.

Set by `serving`, read by the bindings of whatever the answer itself asks: time and identity
go with the work, in every process that it reaches.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from modules.kernel.contracts import Principal


class Call(NamedTuple):
    """This is a call from another process, as the provider sees it.

    A tuple, because one is made for each call, and a frozen dataclass costs three times as much.

    Attributes:
        caller: the module that made it; proven by its token.
        deadline: on `time.monotonic` of this process; None where there is none.
        principal: for whom it is made; None where nobody outside has asked for it, as in the
            handler of a message.
    """

    caller: str = ""
    deadline: float | None = None
    principal: Principal | None = None


_NO_CALL = Call()
_call: ContextVar[Call] = ContextVar("quarry_call", default=_NO_CALL)


def current_call() -> Call:
    """This gives the call that is being answered here; an empty one outside any."""
    return _call.get()


def current_principal() -> Principal | None:
    """This gives for whom the present work is done; None where nobody outside has asked for it.

    It is set at the edge of the request, and goes along with the calls between modules, in every
    process that they reach: a module asks here whose data it may show.
    """
    return _call.get().principal


class answering:  # a context manager, called like a function
    """This makes `call` the one that is being answered inside the block.

    A class, because a generator's context costs three times as much, at each call.
    """

    __slots__ = ("_call", "_token")

    def __init__(self, call: Call) -> None:
        self._call = call

    def __enter__(self) -> None:
        self._token = _call.set(self._call)

    def __exit__(self, *_: object) -> None:
        _call.reset(self._token)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """This has all calls inside the block be answered in so many seconds, or fail."""
    around = _call.get()
    deadline = time.monotonic() + seconds
    if around.deadline is not None:
        deadline = min(deadline, around.deadline)
    with answering(around._replace(deadline=deadline)):
        yield


@contextmanager
def asked_by(principal: Principal | None) -> Iterator[None]:
    """This has the work inside the block be done for somebody; with None, for nobody outside."""
    with answering(_call.get()._replace(principal=principal)):
        yield


def ask_as(principal: Principal) -> None:
    """This has the rest of the call that is being answered be done for somebody.

    For the edge, which learns in the middle of a request who asks.
    """
    _call.set(_call.get()._replace(principal=principal))


def answer_within(seconds: float) -> None:
    """This has the rest of the call that is being answered be done in so many seconds.

    For the edge, as `ask_as` is. Raises nothing itself: whoever is asked after that is not asked.
    """
    call = _call.get()
    deadline = time.monotonic() + seconds
    if call.deadline is None or deadline < call.deadline:
        _call.set(call._replace(deadline=deadline))


def module_of_caller(depth: int) -> str:
    """This names the module whose code calls, so many frames up; empty where it is none.

    `boundaries check` holds each module to writing ``interfaces.get(…)`` in its own code, so
    the frame that calls it tells whose question it is.
    """
    name: str = sys._getframe(depth + 1).f_globals.get("__name__", "")
    if not name.startswith("modules."):
        return ""
    module = name.split(".", 2)[1]
    return "" if module == "kernel" else module
