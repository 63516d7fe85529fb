"""Comparing answers in the background: those of the module here, and of the service it moves to.

One thread a process, and few that wait: what is asked for comparison must take nothing from
whom the answer is for. What is too much is left out, and counted.
"""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from urllib.parse import urlsplit

import msgspec
from django.db import connections

from modules.kernel.contracts import Principal, Unavailable
from modules.kernel.interfaces import wire
from modules.kernel.interfaces.calls import asked_by
from modules.kernel.interfaces.methods import Method
from modules.kernel.interfaces.tokens import KeysMissing, Signer
from modules.kernel.interfaces.transport import Transport
from modules.kernel.placements import ShadowOutcome, note_shadow

#: Questions that wait at once.
_WAITING = 50
#: How often both are asked before answers are called different: a copy is a moment behind.
_ASKS = 4
_REST_SECONDS = 0.5
_ANSWERS_WITHIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """This is one question and the answer that it had here.

    Attributes:
        answer: as it would travel.
        url: of the service.
        caller, principal: who has asked, and for whom.
    """

    module: str
    method: Method
    provider: object
    arguments: msgspec.Struct
    answer: bytes
    url: str
    caller: str
    principal: Principal | None
    signer: Signer | None
    transport: Transport


class Comparer:
    """This compares answers, one question after another."""

    def __init__(self, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._room = BoundedSemaphore(_WAITING)
        self._left_out: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()
        self._thread: ThreadPoolExecutor | None = None

    def offer(self, question: Question) -> Future[ShadowOutcome] | None:
        """This has a question compared soon; None where too many wait."""
        if not self._room.acquire(blocking=False):
            with self._lock:
                self._left_out[question.module, question.method.name] += 1
            return None
        with self._lock:
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="shadow")
        return self._thread.submit(self._compared, question)

    def wait(self) -> None:
        """This waits until all that was offered is compared; for who looks at the result."""
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None

    def _compared(self, question: Question) -> ShadowOutcome:
        try:
            outcome = self._outcome(question)
            asked = f"{question.method.path} {question.arguments!r}"
            note_shadow(question.module, question.method.name, outcome, example=asked)
            with self._lock:
                left_out, self._left_out = self._left_out, Counter()
            for (module, method), count in left_out.items():
                note_shadow(module, method, ShadowOutcome.LEFT_OUT, count=count)
            return outcome
        finally:
            self._room.release()
            connections.close_all()

    def _outcome(self, question: Question) -> ShadowOutcome:
        decode = question.method.msgpack.decode_result
        here = question.answer
        for number in range(_ASKS):
            if number:
                self._sleep(_REST_SECONDS)
                here = _answer_here(question)
            try:
                there = _answer_there(question)
            except (Unavailable, KeysMissing, msgspec.MsgspecError):
                return ShadowOutcome.UNANSWERED
            if there is None:
                return ShadowOutcome.UNANSWERED
            # Not the bytes: of two versions one may say more, which the other does not read.
            if decode(there) == decode(here):
                return ShadowOutcome.SETTLED if number else ShadowOutcome.SAME
        return ShadowOutcome.DIFFERENT


def _answer_here(question: Question) -> bytes:
    method = question.method
    with asked_by(question.principal):
        arguments = method.keywords(question.arguments)
        return method.msgpack.encode(getattr(question.provider, method.name)(**arguments))


def _answer_there(question: Question) -> bytes | None:
    """This gives the service's answer as it travels; None where it gives none."""
    if question.signer is None:
        return None
    token = question.signer.token(
        caller=question.caller, audience=question.module, principal=question.principal
    )
    response = question.transport.exchange(
        "POST",
        question.url,
        urlsplit(question.url).path + wire.PREFIX + question.method.path,
        body=question.method.msgpack.encode(question.arguments),
        headers={
            "Content-Type": wire.MSGPACK,
            wire.AUTHORIZATION: wire.BEARER + token,
            wire.TIMEOUT: str(int(_ANSWERS_WITHIN_SECONDS * 1000)),
            wire.SHADOW: "1",
        },
        seconds=_ANSWERS_WITHIN_SECONDS,
    )
    return response.data if response.status == wire.RESULT else None
