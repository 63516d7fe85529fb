"""Which modules this deployable is in charge of, and which run elsewhere: settings and placements.

What moves messages and runs tasks asks here, each time. `Hosting` is a value: whoever keeps one
can tell by comparing whether anything has changed since.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from modules.kernel.placements.brokers import broker_at
from modules.kernel.placements.errors import Moved
from modules.kernel.placements.placement import Placement, State
from modules.kernel.placements.wiring import placements


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """This is what a deployable has to do with each module.

    Attributes:
        here: modules that it is in charge of, those too that are fenced on their way out.
        remote: modules that others are in charge of. Those too that are fenced on their way back:
            what is sent to them meanwhile is theirs if they stay.
        broker_url: what carries messages between; empty for nothing.
    """

    here: frozenset[str]
    remote: frozenset[str]
    broker_url: str

    @property
    def is_distributed(self) -> bool:
        """This is true where messages go over a broker.

        Not where all modules wait to be taken over: until then their messages are none of ours.
        """
        return bool(self.broker_url and self.remote and self.here)

    def with_module(self, module: str, state: State, *, broker_url: str = "") -> "Hosting":
        """This gives what it would be with a module placed, for who prepares a move."""
        is_here = state in (State.HERE, State.FENCED)
        return replace(
            self,
            here=self.here | {module} if is_here else self.here - {module},
            remote=self.remote - {module} if is_here else self.remote | {module},
            broker_url=self.broker_url or broker_url,
        )


def hosting() -> Hosting:
    """This gives what this deployable has to do with each module now. Raises: PlacesUnknown."""
    return hosting_in(settings, placements().known())


def hosting_in(said: Any, placed: Mapping[str, Placement]) -> Hosting:
    """This gives the hosting that settings and placements say."""
    found = Hosting(
        here=frozenset(said.QUARRY_MODULES),
        remote=frozenset(said.QUARRY_REMOTE_MODULES),
        broker_url=said.QUARRY_BROKER_URL,
    )
    for module in sorted(placed):
        one = placed[module]
        state = State.ELSEWHERE if one.is_on_its_way_back else one.state
        found = found.with_module(module, state, broker_url=broker_at(one.broker_url, said))
    return found


def is_in_charge(module: str) -> bool:
    """This is true of a module whose messages and tasks are this deployable's to move and to run.

    Of one that is being moved it is not, nor of one that runs elsewhere or waits to be taken
    over. Of the kernel's own work, which is of no module (``""``), it always is.

    Raises:
        PlacesUnknown: nothing may be begun.
    """
    placed = placements().known().get(module)
    return placed is None or placed.state is State.HERE


def refuse_if_moved(module: str) -> None:
    """This refuses to change anything of a module that another deployable is in charge of.

    Not of one that is fenced: what was begun before may end, until the mover bars its tables.

    Raises:
        Moved: it is elsewhere, or in standby.
        PlacesUnknown: nothing may be begun.
    """
    placed = placements().known().get(module)
    if placed is not None and placed.state in (State.ELSEWHERE, State.STANDBY):
        where = placed.url or "in another deployable"
        raise Moved(
            f"{module} is {where} since epoch {placed.epoch}, and nothing of it is changed here",
            module=module,
            epoch=placed.epoch,
        )


def modules_at_rest() -> tuple[str, ...]:
    """This gives the modules that `is_in_charge` denies by a placement, sorted."""
    placed = placements().known()
    return tuple(sorted(name for name, one in placed.items() if one.state is not State.HERE))
