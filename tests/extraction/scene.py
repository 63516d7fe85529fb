"""What payments has when it is moved: something of everything that can get lost.

Done and undone orders, a card that fails twice (set aside, due again), one that is never answered
(scheduled), and a customer's account: streams of the log, with personal data.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.db import DatabaseError, connections

from modules.kernel.eventstore.chain import Verdict, seal, verify
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.placements import is_refused_write
from modules.payments import queries, use_cases
from modules.payments.models import Payment
from modules.payments.tests.conftest import authorise
from tests.extraction.delivering import Deliveries

#: The tokens of the orders that are placed, in turns.
TOKENS = ("tok_ok", "tok_flaky", "tok_ok", "tok_timeout", "tok_declined")
ORDERS = 10
ACCOUNT = str(uuid.uuid5(uuid.NAMESPACE_OID, "account"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """This is what came of everything, for a comparison with what comes of it without a move.

    Attributes:
        payments: the state of each order's payment, and why it was refused.
        messages: the names of each key's messages, in their order.
        account: version, balance and name of holder.
        charged: how many authorisations the bank has for each order.
    """

    payments: dict[str, str]
    messages: dict[str, list[str]]
    account: tuple[Any, ...]
    charged: int

    def with_deposit(self) -> Outcome:
        """This is the same with one more deposit into the account."""
        balance, holder = self.account
        messages = {**self.messages, ACCOUNT: [*self.messages[ACCOUNT], "payments.money_deposited"]}
        return replace(self, account=(balance + 100, holder), messages=messages)


def order_id(kind: str, number: int) -> str:
    """This is an order's id, the same in each run."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind} {number}"))


def place(kind: str, count: int = ORDERS) -> None:
    """This has ordering ask for payments; nothing is delivered."""
    for number in range(count):
        with unit_of_work("ordering") as work:
            token = TOKENS[number % len(TOKENS)]
            work.append(authorise(order_id(kind, number), token=token))


def deposit(entry: str) -> None:
    """This puts money into the account."""
    use_cases.deposit(
        account_id=ACCOUNT,
        amount_minor=100,
        currency="USD",
        entry_id=str(uuid.uuid5(uuid.NAMESPACE_OID, entry)),
        holder_name="Ada Lovelace" if entry == "first" else "",
    )


def try_to_deposit(entry: str) -> bool:
    """This does so unless the guards refuse it."""
    try:
        deposit(entry)
    except DatabaseError as error:
        if not is_refused_write(error):
            raise
        return False
    return True


def meanwhile() -> bool:
    """This tries to, by a name that can be sent to another process."""
    return try_to_deposit("meanwhile")


def touch() -> None:
    """This changes a row that nothing else will change."""
    with unit_of_work("payments"):
        changed = Payment.objects.filter(order_id=order_id("early", 4))
        assert changed.update(refusal_detail="touched") == 1


def lay_out() -> None:
    """This is the scene, in the database that is `default`."""
    deposit("first")
    place("early")
    with Deliveries() as deliveries:
        deliveries.until_idle()
    place("late")
    deposit("second")
    seal("default")


def do_some() -> None:
    """This does some of what there is to do, and leaves the rest: one step of each consumer."""
    deposit("elsewhere")
    with Deliveries() as deliveries:
        deliveries.step()


def outcome() -> Outcome:
    """This brings everything to its end, in the database that is `default`, and reads it."""
    with Deliveries() as deliveries:
        deliveries.to_the_end()
    messages: dict[str, list[str]] = {}
    for key, name in _rows(
        "SELECT key, name FROM messaging_message WHERE name LIKE 'payments.%%' ORDER BY id"
    ):
        messages.setdefault(key, []).append(name)
    account = queries.account(ACCOUNT)
    return Outcome(
        payments={
            one.order_id: f"{one.state} {one.refusal_detail}".strip()
            for one in Payment.objects.all()
        },
        messages=messages,
        account=(account.balance_minor, account.holder_name),
        charged=_rows("SELECT count(*) FROM payments_sandboxauthorisation")[0][0],
    )


def seal_is_whole() -> bool:
    """This is true where nobody has changed a row of the log after it was sealed."""
    while seal("default"):
        pass
    verdict = Verdict(database="default")
    for _ in verify("default", verdict):
        pass
    return not verdict.findings


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, [])
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
