"""What a database's limits are in Django's settings. Called by `config.settings`."""

from collections.abc import Mapping
from typing import Any

import psycopg

#: How long a thread waits for a connection of its budget.
WAIT_SECONDS = 5.0

# In one text: a connection is given back after each request.
_FORGET = (
    "SELECT pg_advisory_unlock_all(); UNLISTEN *; RESET enable_seqscan; RESET enable_bitmapscan;"
    " RESET plan_cache_mode; RESET jit; RESET idle_session_timeout;"
    " RESET idle_in_transaction_session_timeout"
)


#: A machine that is gone is found out in a minute; else its sessions would live for two hours.
_KEEPALIVE = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"


def limited(
    database: Mapping[str, Any],
    *,
    connections: int,
    statement_timeout_seconds: float,
    silence_timeout_seconds: float,
) -> dict[str, Any]:
    """This gives the settings of a PostgreSQL database with limits.

    Args:
        connections: how many this process may have open at once, kept in a pool; 0 for one a
            thread and no pool.
        statement_timeout_seconds: after which the server ends a statement; 0 for never.
        silence_timeout_seconds: after which the server ends a session that says nothing in the
            middle of a transaction: what a process that is stopped has locked stays locked until
            then. It also has the server ask whether the machine is still there. 0 for never.

    The timeouts are said when a connection is opened: a pooler between must let ``options``
    through.
    """
    options = dict(database.get("OPTIONS", {}))
    said = [options["options"]] if options.get("options") else []
    if statement_timeout_seconds:
        said.append(f"-c statement_timeout={int(statement_timeout_seconds * 1000)}")
    if silence_timeout_seconds:
        silence_ms = int(silence_timeout_seconds * 1000)
        said += [f"-c idle_in_transaction_session_timeout={silence_ms}", _KEEPALIVE]
    if said:
        options["options"] = " ".join(said)
    if not connections:
        return {**database, "OPTIONS": options}
    options["pool"] = {
        "min_size": 0,
        "max_size": connections,
        "timeout": WAIT_SECONDS,
        "reset": forget_session,
    }
    return {**database, "ENGINE": "modules.kernel.databases", "CONN_MAX_AGE": 0, "OPTIONS": options}


def forget_session(connection: psycopg.Connection[Any]) -> None:
    """This takes from a connection what the next thread must not find on it.

    A log is led under an advisory lock of the session, with the planner told to go by the indexes
    and the server to end a session that is silent. A closed connection gives that back; one that
    only went back to the pool would keep it, and nobody would lead the log any more.
    """
    connection.autocommit = True
    connection.execute(_FORGET, prepare=False)  # Several statements cannot be prepared.
