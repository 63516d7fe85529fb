"""The few SQL fragments that differ between PostgreSQL and SQLite.

Time in the log is the database's, never a process's: two machines whose clocks differ
must agree on whose lease has run out and on what is due.
"""

from datetime import UTC, datetime

from django.db import connections


def now_sql(database: str, *, plus_seconds: float = 0.0) -> str:
    """This is the database's clock, moved by some seconds, as a SQL expression.

    Execute what contains it with parameters, be it an empty list: its percent signs are
    written for that.
    """
    if connections[database].vendor == "postgresql":
        return f"(clock_timestamp() + interval '{plus_seconds:.6f} seconds')"
    return f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '{plus_seconds:+.3f} seconds')"


def skip_locked_sql(database: str) -> str:
    """This makes a row lock pass over rows that others hold; SQLite has one writer anyway."""
    return "FOR UPDATE SKIP LOCKED" if connections[database].vendor == "postgresql" else ""


def as_datetime(value: datetime | str | None) -> datetime | None:
    """This makes a time read by a raw cursor aware.

    SQLite gives it as text, or, where the column is declared as a time, without a zone.
    """
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
