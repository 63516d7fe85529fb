"""What is being worked on: carried from a request or a message to what it causes.

`unit_of_work` copies these into the headers of every message it appends, so that a
whole order can be followed from the first request to the last mail.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_propagator = TraceContextTextMapPropagator()


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """This is where the present work comes from.

    Attributes:
        correlation_id: of everything that one request set off.
        causation_id: the message being handled.
        request_id: the command that an answer will refer to; handed on by internal
            commands, so that an answer given three messages later still finds its saga.
        actor: on whose behalf, for example ``user:ann``; handed on to all that follows.
        reason: why, in a person's words; handed on likewise.
    """

    correlation_id: str = ""
    causation_id: str = ""
    request_id: str = ""
    actor: str = ""
    reason: str = ""


_NO_CAUSES = Causes()
_causes: ContextVar[Causes] = ContextVar("quarry_causes", default=_NO_CAUSES)


def current_causes() -> Causes:
    """This gives the causes of the present work; empty outside any."""
    return _causes.get()


@contextmanager
def caused_by(causes: Causes) -> Iterator[None]:
    """This makes `causes` those of everything inside the block."""
    token = _causes.set(causes)
    try:
        yield
    finally:
        _causes.reset(token)


@contextmanager
def on_behalf_of(actor: str = "", *, reason: str = "") -> Iterator[None]:
    """This says who wants the work inside the block, and why; what is not said stays."""
    causes = _causes.get()
    with caused_by(
        replace(causes, actor=actor or causes.actor, reason=reason or causes.reason),
    ):
        yield


def name_actor(actor: str) -> None:
    """This says who wants the rest of the present work, where nobody has said so yet.

    For the edge, which learns in the middle of a request who asks.
    """
    causes = _causes.get()
    if not causes.actor:
        _causes.set(replace(causes, actor=actor))


def headers_of_current_work() -> dict[str, str]:
    """This gives the headers a message appended now carries; only those that are known."""
    causes = _causes.get()
    headers: dict[str, str] = {}
    if causes.correlation_id:
        headers["correlationid"] = causes.correlation_id
    if causes.causation_id:
        headers["causationid"] = causes.causation_id
    if causes.request_id:
        headers["requestid"] = causes.request_id
    if causes.actor:
        headers["actor"] = causes.actor
    if causes.reason:
        headers["reason"] = causes.reason
    if trace.get_current_span().get_span_context().is_valid:
        _propagator.inject(headers)
    return headers
