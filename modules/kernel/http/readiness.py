"""Whether this process can serve: asked by `health`, answered by looking at each database."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor


class DatabaseState(StrEnum):
    """This is what one database says when it is asked."""

    READY = "ready"
    UNREACHABLE = "unreachable"
    MIGRATIONS_PENDING = "migrations-pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """This is the answer for the whole process.

    Attributes:
        databases: the state of each configured database, by its alias.
        draining: it is about to end, and is to be sent nothing new.
    """

    databases: dict[str, DatabaseState]
    draining: bool = False

    @property
    def ready(self) -> bool:
        return not self.draining and all(
            state is DatabaseState.READY for state in self.databases.values()
        )


def readiness() -> Readiness:
    """This asks every configured database; one that cannot be reached is an answer, no error."""
    return Readiness(
        databases={alias: _state_of(alias) for alias in connections},
        draining=bool(settings.QUARRY_DRAIN_FILE) and Path(settings.QUARRY_DRAIN_FILE).exists(),
    )


def _state_of(alias: str) -> DatabaseState:
    connection = connections[alias]
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        # Closed, so that the next question opens a new one: a connection that broke under
        # a restarted database would answer "unreachable" for ever.
        connection.close()
        return DatabaseState.UNREACHABLE
    return DatabaseState.MIGRATIONS_PENDING if pending else DatabaseState.READY
