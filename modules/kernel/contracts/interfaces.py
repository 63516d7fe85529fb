"""Declaring published interfaces: a Protocol that one module provides and others call.

    @interface("payments")
    class Payments(Protocol):
        def status(self, *, order_id: str) -> PaymentStatus: ...

Arguments and results are frozen dataclasses and plain values, so that a call can
cross a process without the caller noticing. An interface is for questions and for
requests a person waits for; work between modules is asked for by commands.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceContract:
    """This names an interface and the module that provides it."""

    module: str
    name: str


def interface(module: str, /) -> Callable[[type[T]], type[T]]:
    """This declares a Protocol as an interface that `module` provides."""

    def decorate(cls: type[T]) -> type[T]:
        cls.__interface__ = InterfaceContract(module=module, name=cls.__name__)  # type: ignore[attr-defined]  # read back by interface_of only
        return cls

    return decorate


def interface_of(protocol: type) -> InterfaceContract:
    """This gives the contract of an interface.

    Raises:
        TypeError: the class was not declared with `@interface`.
    """
    contract = getattr(protocol, "__interface__", None)
    if not isinstance(contract, InterfaceContract):
        raise TypeError(f"{protocol.__qualname__} is not an interface: declare it with @interface")
    return contract
