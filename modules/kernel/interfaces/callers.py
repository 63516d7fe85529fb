"""Who may call what: the modules whose manifests require an interface.

Filled from the manifests when the apps are ready, and from ``QUARRY_CALLERS`` for callers whose
manifest this process cannot see.
"""

from collections.abc import Iterable

_allowed: dict[str, set[str]] = {}


def allow(caller: str, interfaces: Iterable[str]) -> None:
    """This lets a module call interfaces, named as ``module.Interface``."""
    for interface in interfaces:
        _allowed.setdefault(interface, set()).add(caller)


def may_call(caller: str, interface: str) -> bool:
    """This says whether a module may call an interface, named as ``module.Interface``."""
    return caller in _allowed.get(interface, ())


def interfaces_of(caller: str) -> tuple[str, ...]:
    """This gives the interfaces that a module may call, sorted."""
    return tuple(sorted(name for name, callers in _allowed.items() if caller in callers))


def callers_of(interface: str) -> tuple[str, ...]:
    """This gives the modules that may call an interface, sorted."""
    return tuple(sorted(_allowed.get(interface, ())))
