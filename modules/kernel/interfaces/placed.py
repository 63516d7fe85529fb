"""The locations of modules that may move: placements over what the settings say.

Asked at every call. Of a module that never moved this adds a look at the clock; of one that is
being moved, the caller waits here until it is where it goes.
"""

import time
from collections.abc import Callable
from math import inf

from django.db import DEFAULT_DB_ALIAS, connections

from modules.kernel.interfaces.calls import current_call
from modules.kernel.interfaces.locations import Binding, Location, Locations
from modules.kernel.placements import (
    Fenced,
    Moved,
    Placement,
    PlacesUnknown,
    State,
    placements,
)

#: How long a caller waits for a module that is being moved, whose own deadline is not earlier.
WAIT_SECONDS = 5.0

#: How long one waits who was sent here, for a module that is about to be taken over here.
COMING_SECONDS = 2.0

#: How often it looks meanwhile.
_LOOK_SECONDS = 0.02


class Placed:
    """These are locations over which placements go.

    Args:
        configured: where modules are that were never moved.
    """

    def __init__(
        self,
        configured: Locations,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._configured = configured
        self._clock = clock
        self._sleep = sleep
        self._locations: dict[str, tuple[Placement, Location]] = {}
        #: In which epoch a module went away from here.
        self._left: dict[str, int] = {}

    def of(self, module: str) -> Location:
        known = placements()
        if self._clock() < known.fresh_until:
            placed = known.last.get(module)
            if placed is None:
                return self._configured.of(module)
            found = self._locations.get(module)
            if found is not None and found[0] is placed:
                return found[1]
        return self._looked_up(module)

    def refresh(self) -> None:
        placements().refresh()

    def _looked_up(self, module: str) -> Location:
        began = self._clock()
        deadline = min(current_call().deadline or inf, began + WAIT_SECONDS)
        placed = self._placement(module)
        if placed is not None and placed.state is State.STANDBY:
            # Whoever came here knows more than was known here a moment ago.
            placements().refresh()
            placed = self._placement(module)
        while placed is not None:
            if placed.state is State.FENCED:
                left = deadline - self._clock()
            elif self._is_coming(placed):
                left = min(deadline, began + COMING_SECONDS) - self._clock()
            else:
                break
            if left <= 0 or _holds_the_turn_to_write():
                break
            self._sleep(min(left, _LOOK_SECONDS))
            placements().refresh()
            placed = self._placement(module)
        if placed is None:
            return self._configured.of(module)
        location = self._location(placed)
        self._locations[module] = placed, location
        return location

    def _placement(self, module: str) -> Placement | None:
        try:
            return placements().known().get(module)
        except PlacesUnknown:
            placed = placements().last.get(module)
            is_elsewhere = (
                placed.state is State.ELSEWHERE
                if placed is not None
                else not self._configured.of(module).is_here
            )
            if not is_elsewhere:
                raise
            # Who is asked there knows whether that is over.
            return placed

    def _is_coming(self, placed: Placement) -> bool:
        """This is true in standby, where the module has been given the number of its move already,
        and not of one that has gone away from here."""
        if placed.state is not State.STANDBY or not placed.epoch:
            return False
        before = self._locations.get(placed.module)
        if before is not None and before[0].state is State.HERE:
            self._locations.pop(placed.module, None)
            self._left[placed.module] = placed.epoch
        return self._left.get(placed.module) != placed.epoch

    def _location(self, placed: Placement) -> Location:
        if placed.state is State.FENCED:
            raise Fenced(
                f"{placed.module} is being moved (epoch {placed.epoch}); ask again in a moment",
                module=placed.module,
                epoch=placed.epoch,
            )
        if placed.state is State.STANDBY:
            raise Moved(
                f"{placed.module} waits here to be taken over (epoch {placed.epoch}), and is in "
                "charge somewhere else",
                module=placed.module,
                epoch=placed.epoch,
            )
        if placed.state is State.ELSEWHERE:
            return Location(binding=Binding.REMOTE, url=placed.url, epoch=placed.epoch)
        said = self._configured.of(placed.module)
        binding = said.binding if said.is_here else Binding.LOCAL
        return Location(
            binding=binding,
            epoch=placed.epoch,
            shadow_url=placed.shadow_url,
            shadow_percent=placed.shadow_percent,
        )


def _holds_the_turn_to_write() -> bool:
    """This is true inside a transaction on SQLite, for whose end the mover would have to wait."""
    connection = connections[DEFAULT_DB_ALIAS]
    return connection.vendor == "sqlite" and connection.in_atomic_block
