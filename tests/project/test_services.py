"""The rule about missing services, biting; and the services that the fixtures promise."""

import socket
import sys
import threading
import uuid
from typing import Any

import amqp
import kombu
import psycopg
import pytest

from modules.kernel.messaging.brokers.port import Route
from modules.kernel.messaging.brokers.rabbitmq import SHARDS, RabbitMq
from tests.services import brokers, postgres
from tests.services.rule import ServiceMissing, need
from tests.services.run_on_postgres import main

NOBODY = "127.0.0.1:9"  # the port of the discard service, which no machine of today runs


def _answer_once(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(64)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


class TestAMissingService:
    @pytest.fixture(autouse=True)
    def nothing_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(postgres.VARIABLE, f"postgres://postgres@{NOBODY}/postgres")
        monkeypatch.setenv("QUARRY_TEST_RABBITMQ_URL", f"amqp://guest:guest@{NOBODY}//")
        monkeypatch.setenv("QUARRY_TEST_REDIS_URL", f"redis://{NOBODY}/0")

    def test_skips_on_a_laptop_with_the_reason(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CI", raising=False)
        with pytest.raises(pytest.skip.Exception, match="PostgreSQL does not answer at"):
            need(postgres.running_postgres)

    def test_fails_in_ci(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CI", "true")
        with pytest.raises(pytest.fail.Exception, match="in CI a missing service is a failure"):
            need(postgres.running_postgres)

    @pytest.mark.parametrize("find", [brokers.running_rabbitmq, brokers.running_redis])
    def test_is_seen_without_waiting_for_long(self, find: brokers.Find) -> None:
        with pytest.raises(ServiceMissing, match="does not answer"):
            find()


class TestAServiceThatIsSomethingElse:
    def test_is_missing_all_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            monkeypatch.setenv("QUARRY_TEST_REDIS_URL", f"redis://127.0.0.1:{port}/0")
            answering = threading.Thread(target=_answer_once, args=[server], daemon=True)
            answering.start()
            with pytest.raises(ServiceMissing, match="is not Redis: b'HTTP"):
                brokers.running_redis()
            answering.join(timeout=5)


class TestWhatATestHasRabbitMqKeep:
    def test_is_gone_once_it_is_removed(self, rabbitmq_server: str) -> None:
        prefix = f"test-{uuid.uuid4().hex}"
        route = Route(deployable="mail", modules=("payments",), names=("payments.refunded",))
        receiver = RabbitMq(rabbitmq_server, prefix=prefix).receiver(route)
        receiver.receive(limit=1, timeout_seconds=0.1)
        receiver.close()
        with kombu.Connection(rabbitmq_server) as connection:
            channel: Any = connection.channel()
            channel.queue_declare(f"{prefix}.mail.0", passive=True)
            brokers.remove_from_rabbitmq(rabbitmq_server, prefix=prefix, deployables=("mail",))
            for number in range(SHARDS):
                channel = connection.channel()
                with pytest.raises(amqp.NotFound):
                    channel.queue_declare(f"{prefix}.mail.{number}", passive=True)


class TestPostgres18:
    def test_is_version_18(self, postgres18_server: str) -> None:
        with psycopg.connect(postgres18_server) as connection:
            assert connection.info.server_version // 10_000 == 18

    def test_takes_a_database_by_its_url(self, postgres18_server: str) -> None:
        url = postgres.database_url(postgres18_server, "template1")
        with psycopg.connect(url) as connection:
            assert connection.info.dbname == "template1"


class TestRunOnPostgres:
    def test_gives_the_exit_code_of_the_command(self, postgres_server: str) -> None:
        assert main([sys.executable, "-c", "raise SystemExit(3)"]) == 3

    def test_tells_the_command_where_the_database_is(self, postgres_server: str) -> None:
        seen = "import os; assert os.environ['DATABASE_URL'].startswith('postgres')"
        assert main([sys.executable, "-c", seen]) == 0

    def test_falls_back_to_a_server_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(postgres.VARIABLE, f"postgres://postgres@{NOBODY}/postgres")
        seen = "import os; assert '%2F' in os.environ['DATABASE_URL']"
        assert main([sys.executable, "-c", seen]) == 0
