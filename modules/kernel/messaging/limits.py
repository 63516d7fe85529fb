"""What one module may take of a database that it shares: connections at once, time a statement.

Called by `unit_of_work`. A module with a database of its own has that database's limits, and
none here. Without limits nothing is done.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock

from django.conf import settings
from django.db import connections

from modules.kernel.contracts import Unavailable
from modules.kernel.resilience import BulkheadFull, BulkheadPolicy
from modules.kernel.resilience.bulkhead import Bulkhead

#: How long a unit of work waits for its module's budget.
WAIT_SECONDS = 5.0

_no_budget = nullcontext()
_budgets: dict[tuple[str, int], Bulkhead] = {}
_lock = Lock()


class ConnectionBudgetSpent(Unavailable):
    """This says that a module has as many transactions open as it may, in this process."""

    code = "connection-budget-spent"
    title = "The module has all its connections in use"


def connection_budget(module: str) -> AbstractContextManager[None]:
    """This is the block in which the module holds one connection of its budget."""
    number = settings.QUARRY_CONNECTION_BUDGETS.get(module)
    return _holding(module, number) if number else _no_budget


def limit_statements(module: str, database: str) -> None:
    """This has the server end a statement of the present transaction that takes too long."""
    seconds = settings.QUARRY_STATEMENT_TIMEOUTS.get(module)
    if seconds and connections[database].vendor == "postgresql":
        with connections[database].cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")


@contextmanager
def _holding(module: str, number: int) -> Iterator[None]:
    budget = _budgets.get((module, number))
    if budget is None:
        with _lock:
            budget = _budgets.setdefault(
                (module, number),
                Bulkhead(module, BulkheadPolicy(concurrent=number, max_wait_seconds=WAIT_SECONDS)),
            )
    try:
        budget.enter(at_most_seconds=WAIT_SECONDS)
    except BulkheadFull as error:
        raise ConnectionBudgetSpent(
            f"all {number} connections of the budget of {module} were in use for {WAIT_SECONDS:g} "
            f"s: find what holds them, or raise {module.upper()}_DATABASE_CONNECTIONS",
            module=module,
            connections=number,
        ) from error
    try:
        yield
    finally:
        budget.leave()
