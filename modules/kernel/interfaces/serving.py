"""The provider's side of remote calls: who asks, may they, and what the provider answers.

Called by what listens (`modules.kernel.http.internal_calls`). Every call is verified, also on
localhost. A caller learns nothing of what is here until it has shown a good token.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from modules.kernel.contracts import Problem
from modules.kernel.interfaces import registry, wire, wiring
from modules.kernel.interfaces.callers import may_call
from modules.kernel.interfaces.calls import Call, answering
from modules.kernel.interfaces.methods import (
    Method,
    encode_problem,
    encode_problem_json,
    methods_of,
)
from modules.kernel.interfaces.problems import as_sent
from modules.kernel.interfaces.tokens import TokenRefused
from modules.kernel.messaging.context import Causes, caused_by

_logger = structlog.get_logger("quarry.interfaces")
_tracer = trace.get_tracer("quarry.interfaces")
_propagator = TraceContextTextMapPropagator()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """This is a request for an interface.

    Attributes:
        path: what follows `wire.PREFIX`: ``module/Interface/method``.
        header: gives a header by its name, None where it is not there.
    """

    path: str
    header: Callable[[str], str | None]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """This is the response to it."""

    status: int
    body: bytes
    content_type: str = "text/plain"


class Turned(Exception):
    """This ends a request that is not answered by a provider."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.outgoing = Outgoing(status=status, body=detail.encode())


def answer(incoming: Incoming) -> Outgoing:
    """This answers a call."""
    try:
        module, _, rest = incoming.path.partition("/")
        name, _, method_name = rest.partition("/")
        caller = caller_of(incoming, module=module)
        method, provider = _found(module, name, method_name)
        if not may_call(caller, f"{module}.{name}"):
            raise Turned(
                wire.CALLER_NOT_ALLOWED,
                f"{caller} may not call {module}.{name}: it is not in `requires` of its manifest",
            )
        if not wiring.wired().locations.of(module).is_here:
            raise Turned(wire.MOVED, f"{module} is not here (any more)")
        deadline = _deadline(incoming)
    except Turned as turned:
        return turned.outgoing
    with answering(Call(caller=caller, deadline=deadline)):
        return _carried_out(incoming, method, provider)


def caller_of(incoming: Incoming, *, module: str) -> str:
    """This gives the module that sent a request for `module`. Raises: Turned."""
    verifier = wiring.wired().verifier
    if verifier is None:
        raise Turned(wire.BAD_TOKEN, "nobody may call: QUARRY_INTERNAL_KEYS names no keys")
    sent = incoming.header(wire.AUTHORIZATION) or ""
    if not sent.startswith(wire.BEARER):
        raise Turned(wire.BAD_TOKEN, "a call needs a token: Authorization: Bearer …")
    try:
        return verifier.caller(sent.removeprefix(wire.BEARER), audience=module)
    except TokenRefused as error:
        _logger.warning("token_refused", module=module, reason=str(error))
        raise Turned(wire.BAD_TOKEN, "the token is not valid for this module") from error


def _found(module: str, name: str, method: str) -> tuple[Method, object]:
    found = registry.find(module, name)
    methods = methods_of(found.protocol) if found else {}
    if found is None or method not in methods:
        raise Turned(
            wire.NO_SUCH_METHOD,
            f"there is no {module}.{name}.{method} here: is the provider older than its caller?",
        )
    return methods[method], found.provider


def _deadline(incoming: Incoming) -> float | None:
    sent = incoming.header(wire.TIMEOUT)
    if not sent:
        return None
    if not sent.isdecimal():
        raise Turned(wire.BAD_CALL, f"{wire.TIMEOUT} is no number of milliseconds")
    if sent == "0":
        raise Turned(wire.TOO_LATE, "the time was over before the call")
    return time.monotonic() + int(sent) / 1000


def _carried_out(incoming: Incoming, method: Method, provider: object) -> Outgoing:
    as_json = (incoming.header("Content-Type") or "").startswith(wire.JSON)
    coding = method.json if as_json else method.msgpack
    content_type = wire.JSON if as_json else wire.MSGPACK
    try:
        arguments = coding.decode_arguments(incoming.body)
    except msgspec.MsgspecError as error:
        return Outgoing(status=wire.BAD_CALL, body=f"{method.path}: {error}".encode())
    try:
        status, result = _asked(incoming, method, provider, arguments)
        if status == wire.PROBLEM:
            body = (encode_problem_json if as_json else encode_problem)(result)
        else:
            body = coding.encode(result)
    except Exception:
        # The caller is told that it broke, and not what of: that is in this side's log.
        _logger.exception("provider_failed", method=method.path)
        return Outgoing(status=wire.BROKE, body=b"the provider failed; its log says why")
    return Outgoing(status=status, body=body, content_type=content_type)


def _asked(
    incoming: Incoming, method: Method, provider: object, arguments: msgspec.Struct
) -> tuple[int, Any]:
    """This has the provider answer, in the trace and for the cause of its caller."""
    traceparent = incoming.header(wire.TRACE)
    parent = _propagator.extract({wire.TRACE: traceparent}) if traceparent else None
    causes = Causes(correlation_id=incoming.header(wire.CORRELATION) or "")
    with (
        _tracer.start_as_current_span(method.path, context=parent, kind=trace.SpanKind.SERVER),
        caused_by(causes),
    ):
        try:
            return wire.RESULT, getattr(provider, method.name)(**method.keywords(arguments))
        except Problem as problem:
            return wire.PROBLEM, as_sent(problem)
