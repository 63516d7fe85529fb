"""Which object answers for which interface. Filled in `AppConfig.ready()`, read afterwards."""

from typing import TypeVar, cast

from modules.kernel.contracts import InterfaceContract, interface_of

T = TypeVar("T")

_providers: dict[InterfaceContract, object] = {}


class NotProvided(LookupError):
    """This says that no installed module provides the interface."""


def provide(protocol: type[T], provider: T) -> None:
    """This makes `provider` answer for the interface; one provider an interface."""
    contract = interface_of(protocol)
    if contract in _providers and type(_providers[contract]) is not type(provider):
        raise ValueError(f"{contract.module}.{contract.name} has a provider already")
    _providers[contract] = provider


def get(protocol: type[T]) -> T:
    """This gives what answers for the interface: for a local module, the object itself.

    Raises:
        NotProvided: no installed module provides it.
    """
    contract = interface_of(protocol)
    try:
        return cast(T, _providers[contract])
    except KeyError:
        raise NotProvided(
            f"nothing provides {contract.name}: add modules.{contract.module} to QUARRY_MODULES, "
            "or provide it in that module's apps.py"
        ) from None


def provided() -> tuple[InterfaceContract, ...]:
    """This gives the interfaces that have a provider here, by module and name."""
    return tuple(sorted(_providers, key=lambda contract: (contract.module, contract.name)))
