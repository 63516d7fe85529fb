"""Followers: what goes along a log in its whole order, with a place of its own to go on from.

A consumer's messages are spread over partitions, and ordered by key only. What needs all of a
log in one order (a hash chain, a projection) follows it instead. The drivers step every
follower of every log; where it is, and that only one process steps it, is its own affair.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from modules.kernel.placements import is_in_charge

#: How soon what rests looks again whether its module has come, though nobody told it.
AT_REST_SECONDS = 5.0


class Follower(Protocol):
    """This follows one log; an object is used by one thread.

    Attributes:
        idle_seconds: how long the driver may wait for news before it calls `step` again.
    """

    @property
    def idle_seconds(self) -> float: ...

    def step(self) -> int:
        """This deals with some of what is new, and gives how much; 0 for nothing to do."""

    def close(self) -> None:
        """This lets another process go on at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerKind:
    """This is a follower that each log gets.

    Attributes:
        module: on whose queue it is woken; empty for the kernel's own, which are always awake.
        names: wire names of the messages that are news to it; None for all.
        make: makes one for the log in a database; `follower` is what is stepped.
        place: the position up to which it needs nothing of that log any more; None for all.
    """

    name: str
    module: str
    make: Callable[[str], Follower]
    place: Callable[[str], int | None]
    names: Collection[str] | None = None

    def follower(self, source: str) -> Follower:
        """This gives one for the log in a database, which rests while its module is elsewhere."""
        return _InCharge(self, source) if self.module else self.make(source)


class _InCharge:
    """This is a module's follower while this deployable is in charge of the module, else nothing.

    It is made when it is first stepped: one of a module in standby must leave no trace.
    """

    def __init__(self, kind: FollowerKind, source: str) -> None:
        self._kind = kind
        self._source = source
        self._follower: Follower | None = None

    @property
    def idle_seconds(self) -> float:
        return AT_REST_SECONDS if self._follower is None else self._follower.idle_seconds

    def step(self) -> int:
        if not is_in_charge(self._kind.module):
            self.close()
            return 0
        if self._follower is None:
            self._follower = self._kind.make(self._source)
        return self._follower.step()

    def close(self) -> None:
        if self._follower is not None:
            self._follower.close()
            self._follower = None


_kinds: dict[str, FollowerKind] = {}


def follow(kind: FollowerKind) -> None:
    """This has the drivers step such a follower from now on. Raises: ValueError on a second."""
    known = _kinds.setdefault(kind.name, kind)
    if known is not kind:
        raise ValueError(f"there is a follower {kind.name!r} already: give this one another name")


def unfollow(name: str) -> None:
    """This takes a follower back; for tests, whose followers come and go."""
    _kinds.pop(name, None)


def followers() -> tuple[FollowerKind, ...]:
    """This gives all followers of this deployable, sorted by name."""
    return tuple(_kinds[name] for name in sorted(_kinds))


def modules_following(names: Collection[str]) -> set[str]:
    """This gives the modules with a follower to which one of the messages is news."""
    return {
        kind.module
        for kind in _kinds.values()
        if kind.module and (kind.names is None or not set(kind.names).isdisjoint(names))
    }
