"""For how long a test searches, and from which seed: both given in the environment."""

from __future__ import annotations

import os
import random
import sys
import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Search:
    """This is one test's search: a seed, and an end.

    Attributes:
        seed: repeats the plan of faults. What the threads and processes make of it in
            between is up to the machine.
        seconds: for how long faults are made; checking comes after.
    """

    seed: int
    seconds: float
    _began: float = field(default_factory=time.monotonic)

    def chance(self, *names: object) -> random.Random:
        """This gives the randomness of one part of the plan, apart from all other parts."""
        return random.Random(":".join(map(str, (self.seed, *names))))

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self._began + self.seconds


def begin_search(*, usual_seconds: float, share: float) -> Search:
    """This begins a search and says on stderr how to repeat it.

    Args:
        usual_seconds: how long it takes among the other tests.
        share: of ``SECONDS``, where that is set.
    """
    asked = os.environ.get("SECONDS")
    seconds = float(asked) * share if asked else usual_seconds
    seed = int(os.environ.get("QUARRY_SEED") or random.SystemRandom().randrange(1_000_000))
    sys.stderr.write(f"searching for {seconds:.0f} s; repeat with QUARRY_SEED={seed}\n")
    return Search(seed, max(seconds, usual_seconds))
