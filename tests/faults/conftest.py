"""What the tests share that start processes: a database, and the processes' environment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.processes import run_to_end
from tests.faults.scratch_database import scratch_database


@pytest.fixture
def database(postgres_server: str) -> Iterator[str]:
    """This is the URL of an empty PostgreSQL database."""
    with scratch_database(postgres_server) as url:
        yield url


@pytest.fixture
def env(database: str, tmp_path: Path) -> dict[str, str]:
    """This is the environment of the probe's processes; their tables are made."""
    env = {
        "DATABASE_URL": database,
        "QUARRY_VAR": str(tmp_path / "var"),
        "QUARRY_LEASE_SECONDS": "2",
        "DATABASE_SILENCE_TIMEOUT_SECONDS": "5",
    }
    run_to_end(("manage.py", "migrate", "--verbosity=0"), env, tmp_path / "migrate")
    return env
