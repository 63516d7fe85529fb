"""Which object answers for which interface. Filled in `AppConfig.ready()`, read afterwards.

Where its module runs is looked up at each `get`: do not keep what it gives, ask again.
"""

from dataclasses import dataclass
from typing import TypeVar, cast

from modules.kernel.contracts import InterfaceContract, interface_of
from modules.kernel.interfaces import wiring
from modules.kernel.interfaces.calls import module_of_caller
from modules.kernel.interfaces.locations import HERE, Binding, Location
from modules.kernel.interfaces.methods import Method, methods_of
from modules.kernel.interfaces.remote import remote
from modules.kernel.interfaces.serialized import serialized
from modules.kernel.interfaces.shadowing import shadowed
from modules.kernel.messaging.unit_of_work import module_of_current_transaction

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided:
    """This is an interface with what answers for it here."""

    protocol: type
    provider: object


_providers: dict[InterfaceContract, Provided] = {}
_bindings: dict[tuple[type, str], "Bound"] = {}
_served: dict[str, "Served"] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """This is what answers for an interface somewhere else, with where that was."""

    location: Location
    binding: object


class NotProvided(LookupError):
    """This says that no installed module provides the interface."""


class AskedInTransaction(RuntimeError):
    """This says that a module asked another one inside its own transaction."""


def provide(protocol: type[T], provider: T) -> None:
    """This makes `provider` answer for the interface; one provider an interface."""
    contract = interface_of(protocol)
    known = _providers.get(contract)
    if known is not None and type(known.provider) is not type(provider):
        raise ValueError(f"{contract.module}.{contract.name} has a provider already")
    _providers[contract] = Provided(protocol=protocol, provider=provider)
    _bindings.clear()
    _served.clear()


def get(protocol: type[T]) -> T:
    """This gives what answers for the interface: for a local module, the object itself.

    Call it in the module that asks, each time that it asks: the call is made in its name, and
    to where the provider runs by then.

    Raises:
        NotProvided: no installed module provides it.
        AskedInTransaction: a unit of work of another module is open; in development and tests.
    """
    contract = interface_of(protocol)
    works_with = wiring.wired()
    if works_with.guards_transactions:
        _refuse_in_transaction(contract)
    location = works_with.locations.of(contract.module)
    if location is HERE or (location.binding is Binding.LOCAL and not location.shadow_url):
        return cast(T, _provider(contract))
    is_asked = location.is_here and not location.shadow_url
    caller = "" if is_asked else module_of_caller(1) or works_with.outsider
    return cast(T, _bound(protocol, contract, location, caller))


def _refuse_in_transaction(contract: InterfaceContract) -> None:
    asking = module_of_current_transaction()
    if asking and asking != contract.module:
        raise AskedInTransaction(
            f"{asking} asks {contract.module}.{contract.name} inside its transaction, which would "
            "wait for it where that runs elsewhere: ask before the transaction begins; what "
            "hears a message asks in the first function of `module.calls_out`"
        )


def _bound(protocol: type, contract: InterfaceContract, location: Location, caller: str) -> object:
    if location.binding is Binding.LOCAL and not location.shadow_url:
        return _provider(contract)
    found = _bindings.get((protocol, caller))
    if found is None or (found.location is not location and found.location != location):
        found = _bindings[protocol, caller] = Bound(
            location=location, binding=_made(protocol, contract, location, caller)
        )
    return found.binding


def _made(protocol: type, contract: InterfaceContract, location: Location, caller: str) -> object:
    if not location.is_here:
        return remote(protocol, location=location, caller=caller, after=_after)
    provider = _provider(contract)
    if location.binding is Binding.SERIALIZED:
        provider = serialized(protocol, provider)
    if location.shadow_url:
        return shadowed(protocol, provider, location=location, caller=caller)
    return provider


def _after(protocol: type, location: Location, caller: str) -> object | None:
    """This gives what answers now that a module is not at a location; None if nothing else does.

    Raises:
        Unavailable: the module has no place at the moment.
    """
    locations = wiring.wired().locations
    locations.refresh()
    contract = interface_of(protocol)
    found = locations.of(contract.module)
    if found == location:
        return None
    return _bound(protocol, contract, found, caller)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """This is one method that this process can be called for.

    Attributes:
        interface: ``module.Interface``.
    """

    interface: str
    method: Method
    provider: object


def served(path: str) -> Served | None:
    """This gives what is called at ``module/Interface/method``; None where there is none here."""
    found = _served.get(path)
    if found is None:
        module, _, rest = path.partition("/")
        name, _, method = rest.partition("/")
        one = find(module, name)
        if one is None or method not in methods_of(one.protocol):
            return None
        found = _served[path] = Served(
            interface=f"{module}.{name}",
            method=methods_of(one.protocol)[method],
            provider=one.provider,
        )
    return found


def find(module: str, name: str) -> Provided | None:
    """This gives an interface and its provider by their names; None where there is none here."""
    return _providers.get(InterfaceContract(module=module, name=name))


def provided() -> tuple[InterfaceContract, ...]:
    """This gives the interfaces that have a provider here, by module and name."""
    return tuple(sorted(_providers, key=lambda contract: (contract.module, contract.name)))


def _provider(contract: InterfaceContract) -> object:
    try:
        return _providers[contract].provider
    except KeyError:
        raise NotProvided(
            f"nothing provides {contract.name} here: add {contract.module} to QUARRY_MODULES, "
            f"say where it runs with QUARRY_MODULES_{contract.module.upper()}, or provide it in "
            "that module's apps.py"
        ) from None
