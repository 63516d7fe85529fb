"""Fixtures of the conformance suite: databases, brokers, and a fresh way for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from modules.kernel.contracts import new_id
from tests.brokers.crossing import Audience, Embedded, OverBroker, Way
from tests.brokers.databases import HERE, THERE, two_databases
from tests.brokers.transports import BROKERS, Tried
from tests.services.rule import ServiceMissing, missing


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This is where a database with the log's tables is kept, to be copied."""
    return tmp_path_factory.mktemp("template") / "log.sqlite3"


@pytest.fixture
def databases(django_db_blocker: DjangoDbBlocker, tmp_path: Path, template: Path) -> Iterator[Path]:
    """This is the folder of the two deployables' databases, both empty."""
    with django_db_blocker.unblock(), two_databases(tmp_path, template):
        yield tmp_path


class Brokers:
    """These are the brokers, each started when a test first asks for it."""

    def __init__(self, until: ExitStack) -> None:
        self._until = until
        self._started: dict[str, Tried | ServiceMissing] = {}

    def __getitem__(self, name: str) -> Tried:
        if name not in self._started:
            try:
                self._started[name] = self._until.enter_context(BROKERS[name]())
            except ServiceMissing as error:
                self._started[name] = error
        found = self._started[name]
        if isinstance(found, ServiceMissing):
            missing(f"{name}: {found}")
        return found


@pytest.fixture(scope="session")
def brokers() -> Iterator[Brokers]:
    """These are the brokers by name."""
    with ExitStack() as until:
        yield Brokers(until)


@pytest.fixture(params=list(BROKERS))
def broker(request: pytest.FixtureRequest, brokers: Brokers) -> Tried:
    """This is each broker in turn."""
    return brokers[request.param]


@pytest.fixture
def prefix() -> str:
    """This begins the names at the broker, so that no test meets another's messages."""
    return f"q{new_id().hex[-12:]}"


@pytest.fixture
def over(broker: Tried, prefix: str, databases: Path) -> Iterator[OverBroker]:
    """This is the way over each broker, whose receiver listens already."""
    with _listening(broker, prefix) as way:
        yield way


@pytest.fixture(params=["embedded", *BROKERS])
def way(
    request: pytest.FixtureRequest, brokers: Brokers, prefix: str, databases: Path
) -> Iterator[Way]:
    """This is each way that messages take, the embedded bus among them."""
    if request.param == "embedded":
        yield Embedded()
        return
    with _listening(brokers[request.param], prefix) as over:
        yield over


@pytest.fixture
def audience(request: pytest.FixtureRequest, databases: Path) -> Iterator[Audience]:
    """This is the other deployable's consumer: of its own log, or, embedded, of the first."""
    way = request.getfixturevalue("way") if "way" in request.fixturenames else None
    audience = Audience(HERE if isinstance(way, Embedded) else THERE)
    yield audience
    audience.consumer.close()


@contextmanager
def _listening(broker: Tried, prefix: str) -> Iterator[OverBroker]:
    way = OverBroker(broker.transport(prefix))
    try:
        way.listen()
        yield way
    finally:
        broker.proxy.mend()
        way.close()
