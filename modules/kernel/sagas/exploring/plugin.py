"""The pytest side: options, and the fixture `saga_explorer`.

A project takes it in with ``from modules.kernel.sagas.exploring.plugin import *`` in its
``conftest.py``. Among the other tests an exploration is a sample; ``--saga-explore`` makes
it try every single fault, and then pairs.
"""

import random
import sys

import pytest

from modules.kernel.sagas.exploring.explorer import Explorer

__all__ = ["pytest_addoption", "saga_explorer"]

_SAMPLE = 8
_MANY = 2_000


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sagas")
    group.addoption(
        "--saga-explore",
        action="store_true",
        help="explore sagas under every single fault, and then under pairs",
    )
    group.addoption(
        "--saga-explore-schedules",
        type=int,
        metavar="N",
        help=f"runs for each scenario ({_MANY} with --saga-explore, else {_SAMPLE})",
    )
    group.addoption("--saga-explore-seed", type=int, metavar="SEED", help="repeat an exploration")


@pytest.fixture
def saga_explorer(request: pytest.FixtureRequest, transactional_db: None) -> Explorer:
    """This explores sagas as the command line asks, and says how to repeat it."""
    option = request.config.getoption
    all_single = bool(option("--saga-explore"))
    seed = option("--saga-explore-seed")
    if seed is None:
        seed = random.SystemRandom().randrange(1_000_000)
    sys.stderr.write(f"exploring; repeat with --saga-explore-seed={seed}\n")
    schedules = option("--saga-explore-schedules") or (_MANY if all_single else _SAMPLE)
    return Explorer(seed, schedules, all_single)
