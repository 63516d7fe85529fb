"""SQLite's writers take turns inside a process.

Its own waiting is polling, which starves some writers for seconds under load; with a
lock in the process the slowest of many threads waits a quarter of a second instead.
"""

import threading
from contextlib import AbstractContextManager, nullcontext

from django.db import connections

_turn = threading.RLock()


def writer_turn(database: str) -> AbstractContextManager[object]:
    """This holds the process's turn to write, where the database needs one."""
    return _turn if connections[database].vendor == "sqlite" else nullcontext()
