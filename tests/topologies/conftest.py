from pathlib import Path

import pytest

from tests.journeys.conftest import Shop
from tests.topologies.plugin import System


@pytest.fixture
def shop(system: System) -> Shop:
    return Shop(system)


@pytest.fixture
def outcomes(pytestconfig: pytest.Config, tmp_path: Path) -> Path:
    """This is the folder in which runs in several topologies leave what came out."""
    folder = pytestconfig.getoption("--outcomes") or tmp_path
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)
