"""The provider's side of remote calls: who asks, may they, and what the provider answers.

Called by what listens (`modules.kernel.http.internal_calls`). Every call is verified, also on
localhost. A caller learns nothing of what is here until it has shown a good token.
"""

import time
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import msgspec
import structlog

from modules.kernel.contracts import Problem, Unavailable
from modules.kernel.interfaces import registry, spans, wire, wiring
from modules.kernel.interfaces.callers import may_call
from modules.kernel.interfaces.calls import Call, answering
from modules.kernel.interfaces.locations import Location
from modules.kernel.interfaces.methods import encode_problem, encode_problem_json
from modules.kernel.interfaces.passing import Outgoing, epoch_in, passed_on
from modules.kernel.interfaces.problems import as_sent
from modules.kernel.interfaces.registry import Served
from modules.kernel.interfaces.tokens import Caller, TokenRefused
from modules.kernel.messaging.context import Causes, caused_by
from modules.kernel.placements import Moved, State, placements

_logger = structlog.get_logger("quarry.interfaces")

#: The headers as WSGI names them: what is read of a request is its environment, as it came.
_AUTHORIZATION = wire.in_environ(wire.AUTHORIZATION)
_TIMEOUT = wire.in_environ(wire.TIMEOUT)
_CORRELATION = wire.in_environ(wire.CORRELATION)
_TRACE = wire.in_environ(wire.TRACE)
_SHADOW = wire.in_environ(wire.SHADOW)

#: How long a call waits for a move that its caller knows of already, and how often it looks.
_MOVE_SECONDS = 2.0
_LOOK_SECONDS = 0.02

_NO_CAUSE = nullcontext()


class Turned(Exception):
    """This ends a request that is not answered by a provider."""

    def __init__(self, status: int, detail: str, *, retry_after_seconds: int = 0) -> None:
        super().__init__(detail)
        self.outgoing = Outgoing(status, detail.encode(), retry_after_seconds=retry_after_seconds)


def answer(path: str, body: bytes, environ: Mapping[str, Any]) -> Outgoing:
    """This answers a call.

    Args:
        path: what follows `wire.PREFIX`: ``module/Interface/method``.
        environ: the request's headers, by their names in WSGI.
    """
    try:
        module = path.partition("/")[0]
        caller = caller_of(environ, module=module)
        deadline = _deadline(environ.get(_TIMEOUT))
        with answering(Call(caller.module, deadline, caller.principal)):
            if environ.get(_SHADOW):
                return _carried_out(_asked_along(path, caller.module), body, environ)
            for _ in range(2):
                location = _location(module, epoch_in(environ), deadline)
                if location.is_here:
                    return _carried_out(_called(path, caller.module), body, environ)
                # Others, which called the module here, need not know that it has moved.
                outgoing = passed_on(location, path, body, environ, deadline=deadline)
                if outgoing.status != wire.MOVED:
                    break
                wiring.wired().locations.refresh()  # It has moved on, or has come back.
            return outgoing
    except Turned as turned:
        return turned.outgoing


def _called(path: str, caller: str) -> Served:
    called = registry.served(path)
    if called is None:
        raise Turned(
            wire.NO_SUCH_METHOD,
            f"there is no method {path} here: is the provider older than its caller?",
        )
    if not may_call(caller, called.interface):
        raise Turned(
            wire.CALLER_NOT_ALLOWED,
            f"{caller} may not call {called.interface}: `requires` of its manifest does not "
            "name it",
        )
    return called


def _asked_along(path: str, caller: str) -> Served:
    """This gives what is asked of a module that waits here, only to compare. Raises: Turned."""
    called = _called(path, caller)
    if not called.method.repeating.safe:
        raise Turned(wire.BAD_CALL, f"{path} changes something, and is no question to compare")
    module = path.partition("/")[0]
    placed = placements().known().get(module)
    if placed is not None and placed.state not in (State.STANDBY, State.HERE):
        raise Turned(wire.MOVED, f"{module} is not about to come here")
    return called


def _location(module: str, known_to_caller: int, deadline: float | None) -> Location:
    """This gives where a module that is called here is. Raises: Turned."""
    locations = wiring.wired().locations
    until: float | None = None
    while True:
        try:
            location = locations.of(module)
            if location.epoch >= known_to_caller:
                return location
            behind = f"{module} is in epoch {location.epoch} here"
        except Moved as moved:
            if moved.epoch > known_to_caller or not known_to_caller:
                raise Turned(wire.MOVED, moved.detail) from moved
            behind = moved.detail
        except Unavailable as error:
            raise Turned(wire.TOO_LATE, error.detail, retry_after_seconds=1) from error
        # The caller knows of a move that is not done here yet: it is about to be.
        now = time.monotonic()
        until = until or min(deadline or now + _MOVE_SECONDS, now + _MOVE_SECONDS)
        if now >= until:
            raise Turned(wire.MOVED, f"{behind}, and the call is of epoch {known_to_caller}")
        time.sleep(min(_LOOK_SECONDS, until - now))
        locations.refresh()


def caller_of(environ: Mapping[str, Any], *, module: str) -> Caller:
    """This gives who sent a request for `module`. Raises: Turned."""
    verifier = wiring.wired().verifier
    if verifier is None:
        raise Turned(wire.BAD_TOKEN, "nobody may call: QUARRY_INTERNAL_KEYS names no keys")
    sent: str = environ.get(_AUTHORIZATION, "")
    if not sent.startswith(wire.BEARER):
        raise Turned(wire.BAD_TOKEN, "a call needs a token: Authorization: Bearer …")
    try:
        return verifier.caller(sent[len(wire.BEARER) :], audience=module)
    except TokenRefused as error:
        _logger.warning("token_refused", module=module, reason=str(error))
        raise Turned(wire.BAD_TOKEN, "the token is not valid for this module") from error


def _deadline(sent: str | None) -> float | None:
    if not sent:
        return None
    if not sent.isdecimal():
        raise Turned(wire.BAD_CALL, f"{wire.TIMEOUT} is no number of milliseconds")
    if sent == "0":
        raise Turned(wire.TOO_LATE, "the time was over before the call")
    return time.monotonic() + int(sent) / 1000


def _carried_out(called: Served, body: bytes, environ: Mapping[str, Any]) -> Outgoing:
    method = called.method
    as_json = environ.get("CONTENT_TYPE", "").startswith(wire.JSON)
    coding = method.json if as_json else method.msgpack
    content_type = wire.JSON if as_json else wire.MSGPACK
    try:
        arguments = coding.decode_arguments(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        return Outgoing(wire.BAD_CALL, f"{method.path}: {error}".encode())
    correlation: str = environ.get(_CORRELATION, "")
    try:
        with (
            spans.of_provider(method.path, environ.get(_TRACE)),
            caused_by(Causes(correlation_id=correlation)) if correlation else _NO_CAUSE,
        ):
            result = getattr(called.provider, method.name)(**method.keywords(arguments))
        return Outgoing(wire.RESULT, coding.encode(result), content_type)
    except Problem as problem:
        return _problem(problem, method.path, as_json=as_json)
    except Exception:
        return _broke(method.path)


def _problem(problem: Problem, path: str, *, as_json: bool) -> Outgoing:
    try:
        sent = as_sent(problem)
        if as_json:
            return Outgoing(wire.PROBLEM, encode_problem_json(sent), wire.JSON)
        return Outgoing(wire.PROBLEM, encode_problem(sent), wire.MSGPACK)
    except Exception:
        return _broke(path)


def _broke(path: str) -> Outgoing:
    # The caller is told that it broke, and not what of: that is in this side's log.
    _logger.exception("provider_failed", method=path)
    return Outgoing(wire.BROKE, b"the provider failed; its log says why")
