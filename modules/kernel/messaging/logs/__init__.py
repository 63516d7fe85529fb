"""The logs of this deployable: one in each database that holds modules."""

from django.conf import settings
from django.db import connections

from modules.kernel.messaging.logs.port import LeadershipLost, Log
from modules.kernel.messaging.logs.postgresql import PostgresqlLog
from modules.kernel.messaging.logs.sqlite import SqliteLog


def databases() -> tuple[str, ...]:
    """This gives the aliases of all databases that hold modules, the default first."""
    return tuple(dict.fromkeys(["default", *settings.QUARRY_DATABASES.values()]))


def open_log(database: str) -> Log:
    """This opens the log in a database for the calling thread."""
    vendor = connections[database].vendor
    return PostgresqlLog(database) if vendor == "postgresql" else SqliteLog(database)


__all__ = ["databases", "open_log", "Log", "LeadershipLost"]
