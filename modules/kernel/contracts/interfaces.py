"""Declaring published interfaces: a Protocol that one module provides and others call.

    @interface("payments")
    class Payments(Protocol):
        @safe
        def status(self, *, order_id: str) -> PaymentStatus: ...

Arguments and results are frozen dataclasses and plain values, so that a call can
cross a process without the caller noticing. An interface is for questions and for
requests a person waits for; work between modules is asked for by commands.

A call whose answer is lost may have been carried out. So a method says itself whether it
may be called again: `safe` or `idempotent`, in the words of RFC 9110; without either it is
called once.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeating:
    """This says whether a method may be called again when it is not known what came of it.

    Attributes:
        safe: it changes nothing, so it may be asked as often as one likes, also beside itself.
        key: the argument under which the provider does the work once; empty where there is none.
    """

    safe: bool = False
    key: str = ""


_ONCE = Repeating()


def safe(method: F, /) -> F:
    """This declares that a method changes nothing."""
    method.__repeating__ = Repeating(safe=True)  # type: ignore[attr-defined]  # read back by repeating_of only
    return method


def idempotent(*, key: str) -> Callable[[F], F]:
    """This declares that a method does its work once for each value of the argument `key`.

    Raises:
        ValueError: the method has no such argument.
    """

    def decorate(method: F) -> F:
        if key not in inspect.signature(method).parameters:
            raise ValueError(f"{method.__qualname__} has no argument {key!r} to know a call by")
        method.__repeating__ = Repeating(key=key)  # type: ignore[attr-defined]  # as above
        return method

    return decorate


def repeating_of(method: Callable[..., Any]) -> Repeating:
    """This gives what a method of a Protocol says about being called again."""
    found = getattr(method, "__repeating__", _ONCE)
    assert isinstance(found, Repeating)
    return found
