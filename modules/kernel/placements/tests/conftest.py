from collections.abc import Iterator

import pytest

from modules.kernel import placements
from modules.kernel.placements import StoredPlacements


@pytest.fixture
def clock() -> list[float]:
    """The time by which the process of the test goes; it stands still."""
    return [1000.0]


@pytest.fixture
def stored(clock: list[float]) -> Iterator[StoredPlacements]:
    """The placements of the test's database, which this process goes by during the test."""
    stored = StoredPlacements(clock=lambda: clock[0])
    before = placements.use(stored)
    yield stored
    placements.use(before)
