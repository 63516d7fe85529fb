"""A monolith that goes on working while its module is moved, at points that are always the same."""

from __future__ import annotations

from modules.kernel.extraction.moving import operating
from modules.kernel.extraction.moving.operating import Wanted
from modules.kernel.extraction.moving.watching import Watcher
from tests.extraction import scene
from tests.extraction.delivering import Deliveries
from tests.extraction.stage import KillAt

#: While it is copied and compared: at which milestones, and how often at each.
_WORKING = {
    "changes noted": 1,
    "block copied": 2,
    "round": 2,
    "block compared": 2,
    "compare ends": 1,
}


class Busy(KillAt):
    """This does some work at each of those points, and a last change just before guards close."""

    def __init__(self) -> None:
        super().__init__()
        self._done = 0
        self._is_fenced = False
        self._is_touched = False

    def reached(self, milestone: str) -> None:
        super().reached(milestone)
        if self.met.count(milestone) <= _WORKING.get(milestone, 0):
            work(self._done)
            self._done += 1
        self._is_fenced |= milestone == "fence placed"
        if self._is_fenced and milestone == "messages copied" and not self._is_touched:
            self._is_touched = True
            scene.touch()


def work(number: int) -> None:
    """This places two orders and delivers some of what there is."""
    scene.place(f"busy {number}", 2)
    with Deliveries() as deliveries:
        deliveries.step()


def cut_over_busily(wanted: Wanted, watcher: Watcher) -> None:
    """This moves the module out from under all that work."""
    operating.cut_over(wanted, Busy())


def work_without_a_move() -> None:
    """This does the same work where nothing is moved."""
    for number in range(sum(_WORKING.values())):
        work(number)
    scene.touch()
