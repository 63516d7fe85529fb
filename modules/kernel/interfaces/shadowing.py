"""The shadowed binding: the provider of this process, whose answers are compared with those of the
process that is to have the module. Callers get what the provider says, and wait for nobody else.

Only questions that the interface declares safe, of which a share. An answer that is an error is not
compared.
"""

import random
from collections.abc import Callable
from typing import Any

from modules.kernel.contracts import interface_of
from modules.kernel.interfaces import wiring
from modules.kernel.interfaces.calls import current_principal
from modules.kernel.interfaces.comparing import Question
from modules.kernel.interfaces.locations import Location
from modules.kernel.interfaces.methods import Method, methods_of


def shadowed(protocol: type, provider: object, *, location: Location, caller: str) -> object:
    """This gives what answers for the interface, and has some of the answers compared.

    Args:
        caller: the module that asks, and signs; without one nothing is compared.
    """
    contract = interface_of(protocol)
    members = {
        name: _compared(method, provider, location, caller, contract.module)
        if method.repeating.safe and caller
        else _passed(method, provider)
        for name, method in methods_of(protocol).items()
    }
    return type(f"Shadowed{contract.name}", (), members)()


def _passed(method: Method, provider: object) -> Callable[..., Any]:
    def call(_: object, /, *args: Any, **kwargs: Any) -> Any:
        return getattr(provider, method.name)(*args, **kwargs)

    call.__name__ = method.name
    return call


def _compared(
    method: Method, provider: object, location: Location, caller: str, module: str
) -> Callable[..., Any]:
    def call(_: object, /, *args: Any, **kwargs: Any) -> Any:
        result = getattr(provider, method.name)(*args, **kwargs)
        if random.randrange(100) < location.shadow_percent:
            works_with = wiring.wired()
            works_with.comparer.offer(
                Question(
                    module=module,
                    method=method,
                    provider=provider,
                    arguments=method.given(args, kwargs),
                    answer=method.msgpack.encode(result),
                    url=location.shadow_url,
                    caller=caller,
                    principal=current_principal(),
                    signer=works_with.signer,
                    transport=works_with.transport,
                )
            )
        return result

    call.__name__ = method.name
    return call
