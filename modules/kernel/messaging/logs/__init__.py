"""The logs of this deployable: one in each database that holds modules."""

from django.conf import settings
from django.db import connections

from modules.kernel.messaging.logs.port import LeadershipLost, Log
from modules.kernel.messaging.logs.postgresql import PostgresqlLog
from modules.kernel.messaging.logs.sqlite import SqliteLog


def databases() -> tuple[str, ...]:
    """This gives the aliases of all databases that hold modules, the default first."""
    return tuple(dict.fromkeys(["default", *settings.QUARRY_DATABASES.values()]))


def open_log(database: str, *, kept_in: str = "") -> Log:
    """This opens the log in a database for the calling thread.

    Args:
        kept_in: the database in which what comes of a position is kept. A tick's commit is not
            waited for; where that is the log's own database, its next commit carries the tick
            along. Who keeps positions anywhere else, or does not say, is shown no position that
            a crash of the log's server could still take back, which costs a write each time.
    """
    if connections[database].vendor == "postgresql":
        return PostgresqlLog(database, settles=kept_in != database)
    return SqliteLog(database)


__all__ = ["databases", "open_log", "Log", "LeadershipLost"]
