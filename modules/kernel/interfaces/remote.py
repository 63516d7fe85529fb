"""The remote binding: an interface of another process, generated from its Protocol.

A call goes through the caller's resilience policy; each attempt is told its time and hands it
on. What the provider's contract calls an error arrives as that error; `errors` has the others.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

import msgspec
import urllib3
from urllib3.util import SKIP_HEADER

from modules.kernel.contracts import interface_of
from modules.kernel.interfaces import spans, wire, wiring
from modules.kernel.interfaces.calls import current_call, current_principal
from modules.kernel.interfaces.errors import (
    AnswerLost,
    CallRefused,
    NotHere,
    NotReached,
    ProviderFailed,
    RemoteCallError,
)
from modules.kernel.interfaces.locations import Location
from modules.kernel.interfaces.methods import Method, decode_problem, methods_of
from modules.kernel.interfaces.problems import as_raised
from modules.kernel.interfaces.tokens import KeysMissing, Signer
from modules.kernel.messaging.context import current_causes
from modules.kernel.resilience import Attempt, DeadlineBeforeCall, Request, pipeline

#: What urllib3 would add to each request, and nobody reads.
_LEFT_OUT = {"User-Agent": SKIP_HEADER, "Accept-Encoding": SKIP_HEADER}

#: What is left of a deadline is sent in whole milliseconds.
_SHORTEST_SECONDS = 0.001

_FAILURES: dict[int, type[RemoteCallError]] = {
    wire.BAD_CALL: CallRefused,
    wire.BAD_TOKEN: CallRefused,
    wire.CALLER_NOT_ALLOWED: CallRefused,
    wire.NO_SUCH_METHOD: CallRefused,
    wire.MOVED: NotHere,
    wire.BROKE: ProviderFailed,
    # Also what a proxy says that had nobody to pass the call to.
    wire.TOO_LATE: NotReached,
}

#: ``after(protocol, location, caller)`` gives what answers now that a module is not at a location;
#: None if nothing else does.
After: TypeAlias = Callable[[type, Location, str], object | None]


class _Elsewhere(NamedTuple):
    """This is what comes of a call to where the module is not any more: where it is."""

    binding: object


def remote(protocol: type, *, location: Location, caller: str, after: After) -> object:
    """This gives what answers for an interface whose provider runs elsewhere.

    Args:
        caller: the module that calls; its policies apply, and it signs.
    """
    contract = interface_of(protocol)
    members = {
        name: _call(method, protocol, location, caller, contract.module, after)
        for name, method in methods_of(protocol).items()
    }
    return type(f"Remote{contract.name}", (), members)()


def _call(
    method: Method, protocol: type, location: Location, caller: str, module: str, after: After
) -> Callable[..., Any]:
    target = method.path.replace("/", ".")
    path = urlsplit(location.url).path + wire.PREFIX + method.path
    request = Request(caller=caller)
    epoch = {wire.EPOCH: str(location.epoch)} if location.epoch else {}

    def call(_: object, /, *args: Any, **kwargs: Any) -> Any:
        arguments = method.given(args, kwargs)
        traceparent, needs_span = spans.around()
        if not needs_span:
            result = made(arguments, traceparent)
        else:
            with spans.of_caller(target):
                result = made(arguments, spans.around()[0])
        if isinstance(result, _Elsewhere):
            return getattr(result.binding, method.name)(*args, **kwargs)
        return result

    def made(arguments: msgspec.Struct, traceparent: str) -> Any:
        body = method.msgpack.encode(arguments)
        works_with = wiring.wired()
        signer = works_with.signer
        if signer is None or not caller:
            raise CallRefused(f"{target}: {_nobody(caller)}", call=target)

        def attempt_to(attempt: Attempt) -> Any:
            seconds = attempt.remaining_seconds()
            if seconds < _SHORTEST_SECONDS:
                raise DeadlineBeforeCall(f"{target}: the time was over", call=target)
            headers = {
                **_LEFT_OUT,
                **epoch,
                "Content-Type": wire.MSGPACK,
                wire.AUTHORIZATION: _authorization(signer, caller, module),
                wire.TIMEOUT: str(int(seconds * 1000)),
            }
            if traceparent:
                headers[wire.TRACE] = traceparent
            if correlation := current_causes().correlation_id:
                headers[wire.CORRELATION] = correlation
            response = works_with.transport.exchange(
                "POST", location.url, path, body=body, headers=headers, seconds=seconds
            )
            # Nothing was done: to ask where it is now is no second attempt, and no failure.
            if response.status == wire.MOVED and (now := after(protocol, location, caller)):
                return _Elsewhere(now)
            return _answer(response, method, protocol, target)

        return pipeline(caller, target).call(
            attempt_to,
            deadline=current_call().deadline,
            repeatable=method.is_repeatable(arguments),
            safe=method.repeating.safe,
            request=request,
        )

    call.__name__ = method.name
    return call


def _authorization(signer: Signer, caller: str, module: str) -> str:
    principal = current_principal()
    try:
        return wire.BEARER + signer.token(caller=caller, audience=module, principal=principal)
    except KeysMissing as error:
        raise CallRefused(str(error), call=module) from error


def _answer(response: urllib3.BaseHTTPResponse, method: Method, protocol: type, target: str) -> Any:
    """This gives the result of a call, or raises what its answer says."""
    status, body = response.status, response.data
    try:
        if status == wire.RESULT:
            return method.msgpack.decode_result(body)
        if status == wire.PROBLEM:
            problem = as_raised(decode_problem(body), protocol=protocol)
        else:
            problem = _failure(response, target)
    except msgspec.MsgspecError as error:
        raise ProviderFailed(
            f"{target}: the answer is none of the contract: {error}", call=target
        ) from error
    raise problem


def _failure(response: urllib3.BaseHTTPResponse, target: str) -> RemoteCallError:
    kind = _FAILURES.get(response.status, AnswerLost)
    said = response.data[:500].decode(errors="replace")
    failure = kind(f"{target}: HTTP {response.status}: {said}", call=target)
    asked = response.headers.get("Retry-After", "")
    if asked.isdecimal():
        failure.retry_after_seconds = float(asked)  # type: ignore[attr-defined]  # as resilience reads it
    return failure


def _nobody(caller: str) -> str:
    if not caller:
        return "only the code of a module may call another process, for it is the module that asks"
    return (
        f"{caller} has no key to sign with: `manage.py interface_keys {caller}` makes one, and "
        "QUARRY_INTERNAL_KEYS names the folder"
    )
