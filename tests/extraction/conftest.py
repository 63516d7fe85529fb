"""Fixtures: a stage with both databases, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from tests.extraction import busy, scene
from tests.extraction.databases import Databases, default_database
from tests.extraction.stage import Stage
from tests.services.brokers import remove_from_rabbitmq, running_rabbitmq
from tests.services.postgres import running_postgres
from tests.services.rule import need

KINDS = ("sqlite", "postgresql")

Tried = Callable[[str], None]

_TRIED = pytest.StashKey[Counter[str]]()


@pytest.fixture(scope="session", params=KINDS)
def databases(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Databases]:
    """These are databases of a kind, with all tables and no rows."""
    kind = str(request.param)
    server = need(running_postgres) if kind == "postgresql" else ""
    made = Databases(kind, tmp_path_factory.mktemp(f"extraction-{kind}"), server)
    with django_db_blocker.unblock():
        try:
            made.migrate()
            with default_database(made.renew("scene")):
                scene.lay_out()
            yield made
        finally:
            connections.close_all()
            made.drop()


@pytest.fixture(scope="session")
def unmoved(databases: Databases, django_db_blocker: DjangoDbBlocker) -> scene.Outcome:
    """This is what comes of the scene where nothing is moved."""
    with django_db_blocker.unblock(), default_database(databases.renew("unmoved", like="scene")):
        return scene.outcome()


@pytest.fixture(scope="session")
def unmoved_and_busy(databases: Databases, django_db_blocker: DjangoDbBlocker) -> scene.Outcome:
    """This is what comes of it, and of the work that `busy` does meanwhile."""
    with django_db_blocker.unblock(), default_database(databases.renew("busy", like="scene")):
        busy.work_without_a_move()
        return scene.outcome()


@pytest.fixture(scope="session")
def answering() -> Iterator[str]:
    """This is the URL of something that answers, as a service does that waits."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nobody reads along."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def every() -> bool:
    """This is true where all is to be enumerated: `make faults-extraction`."""
    return os.environ.get("QUARRY_EXTRACTION_FAULTS") == "every"


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Tried:
    """This counts what was tried, for the end of the run."""
    count: Counter[str] = request.config.stash.setdefault(_TRIED, Counter())

    def note(what: str) -> None:
        count[what] += 1

    return note


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """This says how many cases the tests went through that enumerate them."""
    for what, number in sorted(config.stash.get(_TRIED, Counter[str]()).items()):
        terminalreporter.write_line(f"{number} x {what}")


@pytest.fixture(scope="session")
def stage_broker() -> Iterator[str]:
    """This is the URL of RabbitMQ, which keeps nothing of the stage's afterwards."""
    url, prefix = need(running_rabbitmq), f"stage-{os.getpid()}"
    with override_settings(QUARRY_BROKER_PREFIX=prefix):
        yield url
    remove_from_rabbitmq(url, prefix=prefix, deployables=(settings.QUARRY_DEPLOYABLE, "payments"))


@pytest.fixture
def stage(still_stage: Stage, stage_broker: str) -> Stage:
    """This is a monolith whose `payments` may go to an empty database."""
    return Stage(
        still_stage.databases, service_url=still_stage.wanted.to_service, broker=stage_broker
    )


@pytest.fixture
def still_stage(
    databases: Databases, answering: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[Stage]:
    """This is the same where nothing moves: there is no broker at the address that it names."""
    with django_db_blocker.unblock():
        url = databases.renew("monolith", like="scene")
        databases.renew("service")
        with default_database(url):
            yield Stage(databases, service_url=answering, broker="amqp://127.0.0.1:9")
