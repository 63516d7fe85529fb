"""The databases as the environment names them: one for all modules, and some modules' own.

``DATABASE_URL`` is that of all modules; ``PAYMENTS_DATABASE_URL`` gives payments its own. The
limits are said likewise, ``…DATABASE_CONNECTIONS``, ``…DATABASE_STATEMENT_TIMEOUT_SECONDS`` and
``…DATABASE_SILENCE_TIMEOUT_SECONDS``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from environs import Env

from modules.kernel.databases import limited

#: A module's own begin with its name: ``PAYMENTS_DATABASE_URL``.
_URL = "DATABASE_URL"
_CONNECTIONS = "DATABASE_CONNECTIONS"
_STATEMENT_TIMEOUT = "DATABASE_STATEMENT_TIMEOUT_SECONDS"
_SILENCE_TIMEOUT = "DATABASE_SILENCE_TIMEOUT_SECONDS"

#: Databases that only queries see: read models of their own, and a replica.
_FOR_READING = ("read", "replica")

_SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Databases:
    """This is what the settings say of databases.

    Attributes:
        all: Django's `DATABASES`.
        of_modules: the alias of each module that has one of its own.
        budgets: transactions at once, in a process, of modules that share a database.
        statement_timeouts: seconds, of modules that share a database.
    """

    all: dict[str, dict[str, Any]] = field(default_factory=dict)
    of_modules: dict[str, str] = field(default_factory=dict)
    budgets: dict[str, int] = field(default_factory=dict)
    statement_timeouts: dict[str, float] = field(default_factory=dict)


def read_databases(
    env: Env,
    *,
    modules: Sequence[str],
    var: Path,
    connections: int = 0,
    statement_timeout_seconds: float = 0.0,
    silence_timeout_seconds: float = 0.0,
) -> Databases:
    """This reads the databases and their limits.

    Args:
        var: the folder of the file that is the database where nothing is said.
        connections: the limit of a database for which none is said; 0 for none.
        statement_timeout_seconds: likewise.
        silence_timeout_seconds: likewise.
    """

    def database(prefix: str, default: str | None = None) -> dict[str, Any]:
        found: dict[str, Any] = env.dj_db_url(f"{prefix}{_URL}", default=default)
        if found["ENGINE"] == "django.db.backends.sqlite3":
            return {**found, "OPTIONS": _SQLITE_OPTIONS}
        # What the log appends with is prepared on its third use in a connection. Behind a pooler
        # that cannot bear that, end the URL with `?prepare_threshold=1000000000`.
        options = {"prepare_threshold": 3, **found.get("OPTIONS", {})}
        return limited(
            {**found, "OPTIONS": options},
            connections=env.int(f"{prefix}{_CONNECTIONS}", connections),
            statement_timeout_seconds=env.float(
                f"{prefix}{_STATEMENT_TIMEOUT}", statement_timeout_seconds
            ),
            silence_timeout_seconds=env.float(
                f"{prefix}{_SILENCE_TIMEOUT}", silence_timeout_seconds
            ),
        )

    read = Databases()
    read.all["default"] = database("", f"sqlite:///{var}/quarry.sqlite3")
    for alias in _FOR_READING:
        if env.str(f"{alias.upper()}_{_URL}", ""):
            read.all[alias] = database(f"{alias.upper()}_")
    for module in modules:
        prefix = f"{module.upper()}_"
        if env.str(f"{prefix}{_URL}", ""):
            read.all[module] = database(prefix)
            read.of_modules[module] = module
            continue
        if budget := env.int(f"{prefix}{_CONNECTIONS}", 0):
            read.budgets[module] = budget
        if seconds := env.float(f"{prefix}{_STATEMENT_TIMEOUT}", 0.0):
            read.statement_timeouts[module] = seconds
    return read
