"""The query guard tells whose code executes a statement, and whose tables the statement names.

A module's code is made here by compiling text under the file name that it would have.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.utils import ConnectionHandler
from psycopg import sql

from modules.kernel.boundaries import query_guard
from modules.kernel.boundaries.query_guard import ForeignTable, QueryGuard

MODULES = Path(query_guard.__file__).parents[2]
TABLES = {"payments_payment": "payments", "ordering_order": "ordering"}


def code_of(path: str) -> Callable[[Callable[[], Any]], Any]:
    """This gives a function of a file, on its third line, which calls what it is given."""
    names: dict[str, Any] = {}
    text = "def act(then):\n    'It stands in a module.'\n    return then()"
    exec(compile(text, str(MODULES / path), "exec"), names)
    return names["act"]  # type: ignore[no-any-return]  # it was made by the line above


ordering = code_of("ordering/queries.py")
payments = code_of("payments/queries.py")
kernel = code_of("kernel/messaging/delivery.py")


@pytest.fixture
def query() -> Callable[[str], str]:
    """This executes SQL through a guard, on no database: it gives "executed"."""
    guard = QueryGuard(lambda: TABLES)

    def execute(statement: str) -> str:
        return str(guard(lambda *_: "executed", statement, (), False, {}))

    return execute


class TestQueryGuard:
    def test_names_module_table_and_line(self, query: Callable[[str], str]) -> None:
        with pytest.raises(ForeignTable) as refused:
            ordering(lambda: query("SELECT 1 FROM payments_payment"))

        assert str(refused.value) == (
            "modules/ordering/queries.py:3: ordering touches payments_payment, "
            "a table of payments; ask the published interface of payments, "
            "or keep a copy from its events"
        )
        assert (refused.value.module, refused.value.owner) == ("ordering", "payments")

    def test_refuses_a_join_from_a_table_of_its_own(self, query: Callable[[str], str]) -> None:
        with pytest.raises(ForeignTable, match="touches payments_payment"):
            ordering(lambda: query('SELECT 1 FROM "ordering_order" JOIN "payments_payment"'))

    @pytest.mark.parametrize(
        "composed",
        [
            sql.SQL("SELECT 1 FROM {}").format(sql.Identifier("payments_payment")),
            b"SELECT 1 FROM payments_payment",
        ],
    )
    def test_reads_what_psycopg_takes_beside_text(
        self, query: Callable[[Any], str], composed: object
    ) -> None:
        with pytest.raises(ForeignTable, match="touches payments_payment"):
            ordering(lambda: query(composed))

    def test_lets_a_module_have_its_own_tables(self, query: Callable[[str], str]) -> None:
        assert payments(lambda: query("SELECT 1 FROM payments_payment")) == "executed"

    def test_lets_a_module_have_tables_of_nobody(self, query: Callable[[str], str]) -> None:
        assert ordering(lambda: query("SELECT 1 FROM django_session")) == "executed"

    def test_looks_through_the_kernel(self, query: Callable[[str], str]) -> None:
        with pytest.raises(ForeignTable, match=r"ordering/queries.py:3"):
            ordering(lambda: kernel(lambda: query("SELECT 1 FROM payments_payment")))

    def test_goes_by_the_innermost_module(self, query: Callable[[str], str]) -> None:
        """Ordering asks payments through its interface; payments looks into its own table."""
        answer = ordering(lambda: payments(lambda: query("SELECT 1 FROM payments_payment")))

        assert answer == "executed"

    def test_lets_code_of_no_module_have_every_table(self, query: Callable[[str], str]) -> None:
        assert kernel(lambda: query("SELECT 1 FROM payments_payment")) == "executed"


class TestGuard:
    def test_is_on_in_tests(self) -> None:
        assert any(isinstance(wrapper, QueryGuard) for wrapper in connection.execute_wrappers)

    def test_is_on_every_connection_of_every_thread(self) -> None:
        handler = ConnectionHandler({"default": {"ENGINE": "django.db.backends.dummy"}})
        early = handler["default"]
        query_guard.guard(handler)

        with ThreadPoolExecutor(1) as thread:
            late = thread.submit(lambda: handler["default"]).result()

        assert threading.current_thread() is threading.main_thread()
        assert late is not early
        for made in (early, late):
            assert [type(wrapper) for wrapper in made.execute_wrappers] == [QueryGuard]
