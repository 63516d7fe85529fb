"""The pytest side: ``--topology`` and ``--broker``, and what tests reach the system with.

Taken in by ``tests/conftest.py``. In `processes` this process has no module at work: it asks
over HTTP and through the interfaces, and may look into the databases of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from environs import Env
from pytest_django.plugin import DjangoDbBlocker

from modules.kernel import interfaces
from modules.kernel.http.testing import bearer
from modules.kernel.interfaces.tokens import KeyFolder, Signer
from modules.kernel.messaging import testing
from modules.kernel.topologies import Plan
from tests.services.own_brokers import own_tansu, some_rabbitmq
from tests.services.rule import ServiceMissing, missing
from tests.topologies.cluster import TESTS, Cluster, plan_of_tests, running_cluster
from tests.topologies.databases import databases_of
from tests.topologies.front_client import FrontClient

LOCAL, SERIALIZED, PROCESSES = "local", "serialized", "processes"


class Drain(Protocol):
    def __call__(self, *, until_idle: bool = False) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """This is the system under test, whatever runs where.

    Attributes:
        client: speaks HTTP with the front.
        drain: delivers all messages; see `modules.kernel.messaging.testing.drain`.
    """

    client: Any
    drain: Drain


def add_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("topologies")
    group.addoption(
        "--topology",
        choices=(LOCAL, SERIALIZED, PROCESSES),
        default=LOCAL,
        help="where the modules run: here; here behind encode and decode; each by itself",
    )
    group.addoption(
        "--broker",
        choices=("rabbitmq", "kafka"),
        default="rabbitmq",
        help="what carries the messages between processes",
    )
    group.addoption(
        "--outcomes",
        metavar="FOLDER",
        help="leave what came of the workload here, and compare it with what is there",
    )


@pytest.fixture(scope="session")
def cluster(
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Cluster]:
    """This is the topology of processes, started once."""
    folder = tmp_path_factory.mktemp("processes")
    with ExitStack() as until:
        try:
            url = until.enter_context(broker(str(pytestconfig.getoption("--broker"))))
        except ServiceMissing as error:
            missing(str(error))
        database_url = until.enter_context(databases_of(folder))
        planned = plan_of_tests(folder, broker_url=url, database_url=database_url)
        until.enter_context(asked_from_here(planned, folder))
        until.enter_context(django_db_blocker.unblock())
        yield until.enter_context(running_cluster(planned, folder))


@pytest.fixture
def system(request: pytest.FixtureRequest, topology: str) -> Iterator[System]:
    """This is the system in the topology that was asked for, empty."""
    if topology == PROCESSES:
        running: Cluster = request.getfixturevalue("cluster")
        running.reset()
        front = FrontClient(running.url, headers=bearer())
        yield System(client=front, drain=running.drain)
        front.close()
        return
    before = interfaces.wired()
    if topology == SERIALIZED:
        everywhere = dict.fromkeys(settings.QUARRY_MODULES, SERIALIZED)
        interfaces.use(interfaces.Configured(everywhere))
    yield System(client=Client(headers=bearer()), drain=testing.drain)
    interfaces.work_with(before)


@pytest.fixture(scope="session")
def topology(pytestconfig: pytest.Config) -> str:
    """This is the topology that was asked for."""
    return str(pytestconfig.getoption("--topology"))


def prepare(config: pytest.Config, items: list[pytest.Item]) -> None:
    """This readies tests for the topology: those of the system in one process get a database.

    In `processes` those are skipped that reach into the process that they test.
    """
    skip = pytest.mark.skip(reason="reaches into the process that it tests")
    for item in items:
        fixtures: list[str] = getattr(item, "fixturenames", [])
        if config.getoption("--topology") != PROCESSES:
            if "system" in fixtures:
                item.add_marker(pytest.mark.django_db(transaction=True))
        elif item.get_closest_marker("one_process") or "saga_explorer" in fixtures:
            item.add_marker(skip)


@contextmanager
def broker(name: str) -> Iterator[str]:
    """This gives the URL of a broker of the tests' own. Raises: ServiceMissing."""
    if name == "rabbitmq":
        with some_rabbitmq() as port:
            yield f"amqp://guest:guest@127.0.0.1:{port}//"
    else:
        with own_tansu() as port:
            # Nothing is waited for: by default a fetch without news is answered after 500 ms.
            yield f"kafka://127.0.0.1:{port}?partitions=4&fetch.wait.max.ms=10&linger.ms=0"


@contextmanager
def asked_from_here(planned: Plan, folder: Path) -> Iterator[None]:
    """This has interfaces ask the processes, and models read their databases."""
    before, databases_before = interfaces.wired(), settings.QUARRY_DATABASES
    default_before = connections.settings["default"]
    urls = {module: part.url for part in planned.parts for module in part.modules}
    interfaces.work_with(
        replace(
            before,
            locations=interfaces.Configured(urls),
            signer=Signer(KeyFolder(folder / "keys"), issuer=settings.QUARRY_INTERNAL_ISSUER),
            outsider=TESTS,
        )
    )
    aliases: dict[str, str] = {}
    for number, part in enumerate(planned.parts):
        alias = f"of_{part.name}" if number else "default"
        _know(alias, part.environment["DATABASE_URL"])
        aliases |= dict.fromkeys(part.modules, alias)
    settings.QUARRY_DATABASES = aliases
    try:
        yield
    finally:
        settings.QUARRY_DATABASES = databases_before
        for alias in set(aliases.values()):
            connections[alias].close()
            del connections[alias]
            del connections.settings[alias]
        connections.settings["default"] = default_before
        interfaces.work_with(before)


def _know(alias: str, url: str) -> None:
    env = Env()
    read: dict[str, Any] = env.dj_db_url("QUARRY_NOWHERE", default=url)
    configured = connections.configure_settings({"default": {}, alias: read})
    if alias == "default":
        connections[alias].close()
        del connections[alias]
    connections.settings[alias] = configured[alias]
