"""The serialized binding: the provider of this process, through encode and decode.

What would fail on the way to another process fails here: an argument that cannot be sent, a
mutable object that both sides hold, an error that is none of the contract. Tests run on it.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from modules.kernel.contracts import Problem, interface_of
from modules.kernel.interfaces.errors import CallRefused, ProviderFailed
from modules.kernel.interfaces.methods import (
    Method,
    decode_problem,
    encode_problem,
    methods_of,
)
from modules.kernel.interfaces.problems import as_raised, as_sent


def serialized(protocol: type, provider: object) -> object:
    """This gives what answers for the interface with copies only of what it is given."""
    contract = interface_of(protocol)
    members = {
        name: _through_bytes(method, provider, protocol)
        for name, method in methods_of(protocol).items()
    }
    return type(f"Serialized{contract.name}", (), members)()


def _through_bytes(method: Method, provider: object, protocol: type) -> Callable[..., Any]:
    coding = method.msgpack

    def call(_: object, /, *args: Any, **kwargs: Any) -> Any:
        sent = coding.encode(method.given(args, kwargs))
        try:
            arguments = coding.decode_arguments(sent)
        except msgspec.MsgspecError as error:
            raise CallRefused(f"{method.path}: {error}", call=method.path) from error
        try:
            result = getattr(provider, method.name)(**method.keywords(arguments))
            return coding.decode_result(coding.encode(result))
        except Problem as problem:
            problem_sent = encode_problem(as_sent(problem))
            raise as_raised(decode_problem(problem_sent), protocol=protocol) from problem
        except Exception as error:
            raise ProviderFailed(f"{method.path}: {error!r}", call=method.path) from error

    call.__name__ = method.name
    return call
