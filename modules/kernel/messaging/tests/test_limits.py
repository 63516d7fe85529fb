"""A module takes no more of a database that it shares than it may."""

import threading

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from modules.kernel.messaging import limits
from modules.kernel.messaging.limits import ConnectionBudgetSpent
from modules.kernel.messaging.unit_of_work import unit_of_work

PATIENCE_SECONDS = 60.0


@pytest.mark.django_db(transaction=True)
class TestConnectionBudget:
    @pytest.fixture(autouse=True)
    def budget_of_one(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.QUARRY_CONNECTION_BUDGETS = {"payments": 1}
        monkeypatch.setattr(limits, "WAIT_SECONDS", 0.01)
        monkeypatch.setattr(limits, "_budgets", {})

    def test_refuses_one_more_and_says_whose_it_is(self) -> None:
        with unit_of_work("payments"), unit_of_work("payments"):  # the inner one joins
            refusals: list[Exception] = []
            other = threading.Thread(target=self.work, args=(refusals,))
            other.start()
            other.join(PATIENCE_SECONDS)

        [refusal] = refusals
        assert isinstance(refusal, ConnectionBudgetSpent)
        assert refusal.detail == (
            "all 1 connections of the budget of payments were in use for 0.01 s: find what holds "
            "them, or raise PAYMENTS_DATABASE_CONNECTIONS"
        )

    def test_is_given_back_when_the_work_fails(self) -> None:
        for _ in range(3):
            with pytest.raises(ZeroDivisionError), unit_of_work("payments"):
                raise ZeroDivisionError

    @staticmethod
    def work(refusals: list[Exception]) -> None:
        try:
            with unit_of_work("payments"):
                pass
        except ConnectionBudgetSpent as refusal:
            refusals.append(refusal)
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite ends no statements")
class TestStatementTimeout:
    def test_ends_a_statement_of_the_module_and_of_no_other(self, settings: Settings) -> None:
        settings.QUARRY_STATEMENT_TIMEOUTS = {"payments": 0.05}

        with (
            pytest.raises(OperationalError, match="statement timeout"),
            unit_of_work("payments"),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT pg_sleep(30)")

        with unit_of_work("shipping"), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.06)")
