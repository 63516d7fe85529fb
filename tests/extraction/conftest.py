"""Fixtures: a stage with both databases, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from tests.extraction import busy, scene
from tests.extraction.databases import Databases, default_database
from tests.extraction.stage import Stage
from tests.services.brokers import running_rabbitmq
from tests.services.postgres import running_postgres
from tests.services.rule import need

KINDS = ("sqlite", "postgresql")


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
def stage(
    databases: Databases, answering: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[Stage]:
    """This is a monolith whose `payments` may go to an empty database."""
    with django_db_blocker.unblock():
        url = databases.renew("monolith", like="scene")
        databases.renew("service")
        with default_database(url):
            yield Stage(databases, service_url=answering, broker=need(running_rabbitmq))
