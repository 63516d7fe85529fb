"""Customers' accounts through HTTP: right now and at any time, and never overdrawn."""

import json
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from modules.kernel.contracts import ERASED, Problem
from modules.kernel.eventstore.erasure import erase
from modules.kernel.eventstore.models import Snapshot
from modules.kernel.messaging import StreamConflict
from modules.payments import queries, use_cases
from modules.payments.models import accounts

pytestmark = pytest.mark.django_db(transaction=True)

_ANN = "/api/v1/payments/accounts/ann"
_MICROSECOND = timedelta(microseconds=1)
_TUESDAY = datetime(2026, 11, 17, 12, 0, 0, 250_001, tzinfo=UTC)


def move(client: Client, what: str, entry_id: str, dollars: int, **more: Any) -> Any:
    """This posts a deposit or a withdrawal, and gives the answer."""
    body = {"entry_id": entry_id, "amount_minor": dollars * 100, "currency": "USD", **more}
    return client.post(f"{_ANN}/{what}", json.dumps(body), content_type="application/json")


def balance(client: Client, **query: datetime) -> int:
    """This asks for the balance in dollars."""
    answer = client.get(_ANN, {name: time.isoformat() for name, time in query.items()})
    assert answer.status_code == 200, answer.content
    cents: int = answer.json()["balance_minor"]
    return cents // 100


class TestFourEntriesAtKnownTimes:
    """Deposited $1000, withdrew $300, deposited $100, withdrew $300."""

    MOVES = (("deposits", 1000), ("withdrawals", 300), ("deposits", 100), ("withdrawals", 300))
    BALANCES = (0, 1000, 700, 800, 500)

    def test_are_right_at_the_times_of_their_effect(self, client: Client) -> None:
        times = [_TUESDAY + timedelta(hours=number) for number in range(4)]
        for time, (what, dollars) in zip(times, self.MOVES, strict=True):
            answer = move(client, what, str(time), dollars, effective_at=time.isoformat())
            assert answer.status_code == 200, answer.content
        assert balance(client) == 500
        for number, time in enumerate(times):
            assert balance(client, at=time - _MICROSECOND) == self.BALANCES[number]
            assert balance(client, at=time) == self.BALANCES[number + 1]
            assert balance(client, at=time + _MICROSECOND) == self.BALANCES[number + 1]

    def test_are_right_at_the_times_of_their_recording(self, client: Client) -> None:
        for number, (what, dollars) in enumerate(self.MOVES):
            move(client, what, str(number), dollars)
        entries = client.get(f"{_ANN}/entries").json()["entries"]
        times = [datetime.fromisoformat(entry["recorded_at"]) for entry in entries]
        assert [entry["balance_minor"] // 100 for entry in entries] == [1000, 700, 800, 500]
        for number, time in enumerate(times):
            # On SQLite, whose clock has milliseconds, two of them may be one.
            until = sum(1 for other in times if other <= time)
            assert balance(client, at=time) == self.BALANCES[until]
            assert balance(client, known_at=time) == self.BALANCES[until]
            before = sum(1 for other in times if other < time)
            assert balance(client, at=time - _MICROSECOND) == self.BALANCES[before], number

    def test_tell_what_was_so_from_what_was_known(self, client: Client) -> None:
        move(client, "deposits", "late", 1000, effective_at=_TUESDAY.isoformat())
        assert balance(client, at=_TUESDAY) == 1000
        assert balance(client, at=_TUESDAY, known_at=_TUESDAY) == 0


class TestEntries:
    def test_sum_to_zero_each_and_come_page_by_page(self, client: Client) -> None:
        for number in range(3):
            move(client, "deposits", str(number), 10)
        first = client.get(f"{_ANN}/entries", {"limit": 2}).json()
        rest = client.get(f"{_ANN}/entries", {"after": first["next_after"]}).json()
        found = first["entries"] + rest["entries"]
        assert [entry["entry_id"] for entry in found] == ["0", "1", "2"]
        assert rest["next_after"] is None
        for entry in found:
            assert sum(posting["amount_minor"] for posting in entry["postings"]) == 0

    def test_say_who_and_why(self, client: Client) -> None:
        client.force_login(User.objects.create_user("cleo"))
        move(client, "deposits", "1", 10, why="an apology")
        [entry] = client.get(f"{_ANN}/entries").json()["entries"]
        assert (entry["who"], entry["why"]) == ("user:cleo", "an apology")


class TestMoving:
    def test_is_done_once_for_an_entry_id(self, client: Client) -> None:
        for _ in range(2):
            assert move(client, "deposits", "1", 10).status_code == 200
        assert balance(client) == 10
        assert move(client, "deposits", "1", 20).json()["code"] == "entry-id-reused"

    @pytest.mark.parametrize(
        ("what", "dollars", "more", "status", "code"),
        [
            ("withdrawals", 11, {}, 409, "insufficient-funds"),
            ("withdrawals", 1, {"currency": "EUR"}, 409, "other-currency"),
            ("deposits", 1, {"currency": "EUR"}, 409, "other-currency"),
            ("withdrawals", 1, {"effective_at": "2020-01-01T00:00:00Z"}, 409, "books-closed"),
            ("deposits", 1, {"effective_at": "2999-01-01T00:00:00Z"}, 400, "invalid-request"),
            ("deposits", 0, {}, 400, "invalid-request"),
        ],
    )
    def test_is_refused(
        self,
        client: Client,
        what: str,
        dollars: int,
        more: dict[str, str],
        status: int,
        code: str,
    ) -> None:
        move(client, "deposits", "1", 10)
        answer = move(client, what, "2", dollars, **more)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert balance(client) == 10

    @pytest.mark.parametrize("account", ["nobody", "n" * 500, "a%00b"])
    def test_knows_no_account_that_nothing_was_paid_into(
        self, client: Client, account: str
    ) -> None:
        for path in ("", "/entries"):
            answer = client.get(f"/api/v1/payments/accounts/{account}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown-account")

    def test_opens_no_account_under_an_id_that_cannot_be_kept(self, client: Client) -> None:
        for account in ("n" * 121, "a%00b"):
            answer = client.post(
                f"/api/v1/payments/accounts/{account}/deposits",
                json.dumps({"entry_id": "1", "amount_minor": 1, "currency": "USD"}),
                content_type="application/json",
            )
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid-entry")


class TestManyAtOnce:
    def test_never_overdraw_and_all_postings_sum_to_zero(self) -> None:
        use_cases.deposit(account_id="ann", entry_id="0", amount_minor=1_000, currency="USD")
        start = Barrier(8)
        paid: list[int] = []

        def withdraw(worker: int) -> None:
            start.wait(10)
            for number in range(4):
                try:
                    use_cases.withdraw(
                        account_id="ann",
                        entry_id=f"{worker}:{number}",
                        amount_minor=70,
                        currency="USD",
                    )
                    paid.append(70)
                except (Problem, StreamConflict):
                    pass
            connection.close()

        threads = [Thread(target=withdraw, args=(worker,)) for worker in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        left = queries.account("ann").balance_minor
        assert left == 1_000 - sum(paid) >= 0
        assert paid
        assert queries.sum_of_postings() == {"USD": 0}


class TestAPersonErased:
    def test_leaves_the_money_and_no_name(self, client: Client) -> None:
        move(client, "deposits", "1", 1000, holder_name="Ann Smith")
        for number in range(110):  # so that there is a snapshot
            use_cases.deposit(
                account_id="ann", entry_id=f"more-{number}", amount_minor=1, currency="USD"
            )
        assert Snapshot.objects.filter(stream="payments.account-ann").exists()
        assert client.get(_ANN).json()["holder_name"] == "Ann Smith"
        erase("ann", operator="op", reason="asked for it")
        shown = client.get(_ANN).json()
        assert (shown["holder_name"], shown["balance_minor"]) == (ERASED, 100_110)
        assert accounts.load_past("ann", version=2).state.balance_minor == 100_000
        assert queries.sum_of_postings() == {"USD": 0}
