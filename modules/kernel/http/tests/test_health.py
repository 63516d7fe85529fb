"""Health: up while it answers, ready only when its databases are."""

from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client


class TestHealthz:
    def test_answers_without_a_database(self, client: Client) -> None:
        # No django_db mark: pytest-django refuses the query if there is one.
        response = client.get("/healthz")
        assert (response.status_code, response.json()) == (200, {"status": "up"})


@pytest.mark.django_db
class TestReadyz:
    def test_is_ready_when_all_migrations_are_applied(self, client: Client) -> None:
        response = client.get("/readyz")
        assert response.status_code == 200
        assert response.json() == {"status": "ready", "databases": {"default": "ready"}}

    def test_is_not_ready_while_a_migration_is_pending(self, client: Client) -> None:
        last = MigrationRecorder.Migration.objects.filter(app="sessions").latest("id")
        MigrationRecorder(connections["default"]).record_unapplied("sessions", last.name)
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["databases"] == {"default": "migrations-pending"}

    def test_is_not_ready_once_it_is_about_to_end(
        self, client: Client, settings: Any, tmp_path: Path
    ) -> None:
        settings.QUARRY_DRAIN_FILE = str(tmp_path / "drain")
        assert client.get("/readyz").status_code == 200
        (tmp_path / "drain").touch()
        response = client.get("/readyz")
        assert (response.status_code, response.json()["status"]) == (503, "draining")
        assert client.get("/healthz").status_code == 200

    @pytest.mark.django_db(transaction=True)
    def test_is_not_ready_while_a_database_cannot_be_reached(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused() -> None:
            raise OperationalError("server closed the connection unexpectedly")

        with monkeypatch.context() as while_down:
            while_down.setattr(connections["default"], "cursor", refused)
            response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json() == {
            "status": "not-ready",
            "databases": {"default": "unreachable"},
        }
        assert client.get("/readyz").status_code == 200
