"""Fixtures for tests that cross modules: services, and when the slow tests run."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from modules.kernel.sagas.exploring import plugin as sagas
from modules.kernel.sagas.exploring.plugin import saga_explorer
from tests.services.brokers import running_rabbitmq, running_redis
from tests.services.postgres import embedded_postgres, running_postgres
from tests.services.rule import ServiceMissing, missing, need
from tests.topologies import plugin as topologies
from tests.topologies.plugin import cluster, system, topology

ROOT = Path(__file__).parent.parent

#: Fixtures of plugins.
__all__ = ["saga_explorer", "cluster", "system", "topology"]


def pytest_configure() -> None:
    # One folder for this process and for the servers that it starts: they take its tokens.
    folder = Path(os.environ.get("QUARRY_VAR", ROOT / "var")).resolve()
    os.environ.setdefault("QUARRY_TOKEN_KEYS", str(folder / "token-keys"))


def pytest_addoption(parser: pytest.Parser) -> None:
    sagas.pytest_addoption(parser)
    topologies.add_options(parser)


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """This is the URL of a PostgreSQL server that was running before the tests."""
    return need(running_postgres)


@pytest.fixture(scope="session")
def postgres18_server() -> Iterator[str]:
    """This is the URL of a PostgreSQL 18 of the tests' own, one a process, gone afterwards."""
    try:
        with embedded_postgres() as url:
            yield url
    except ServiceMissing as error:
        missing(str(error))


@pytest.fixture(scope="session")
def rabbitmq_server() -> str:
    """This is the URL of a running RabbitMQ."""
    return need(running_rabbitmq)


@pytest.fixture(scope="session")
def redis_server() -> str:
    """This is the URL of a running Redis."""
    return need(running_redis)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """This skips slow tests on a laptop, with the way to run them; CI runs all."""
    topologies.prepare(config, items)
    if os.environ.get("CI") == "true" or os.environ.get("QUARRY_SLOW_TESTS") == "1":
        return
    skip = pytest.mark.skip(reason="slow: runs in CI, or with QUARRY_SLOW_TESTS=1")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(skip)
