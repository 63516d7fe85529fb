"""Payments of the past: rows of the module's tables, and their messages in the log.

In a process with Django and the database that is to be filled; nothing else runs there yet.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import msgspec
from django.db import connections

from benchmarks.extraction.past import order_id
from modules.kernel.eventstore.chain import seal
from modules.kernel.extraction.moving import deliveries
from modules.kernel.extraction.moving.sides import Side
from modules.kernel.messaging.catalogue import message_classes
from modules.kernel.messaging.envelope import PARTITIONS, partition_of
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.subscriptions import subscriptions
from modules.payments.contracts import (
    AuthorisePayment,
    CapturePayment,
    PaymentAuthorised,
    PaymentCaptured,
)

#: One payment in so many is young enough for the log to have its messages still.
IN_THE_LOG = 10

_AMOUNT = 1_000
#: What one transaction puts into the log: as much as one tick gives positions.
_PORTION = 5_000

_PAYMENTS = f"""
INSERT INTO payments_payment (order_id, customer_id, state, amount_minor, currency, payment_token,
    reference, captured_minor, given_back_minor, refunded_minor, refusal_code, refusal_detail,
    queue, opened_at)
SELECT md5(n::text)::uuid::text, 'ANATR', 'captured', {_AMOUNT}, 'USD', 'tok_ok',
    'sandbox_' || md5(n::text), {_AMOUNT}, 0, 0, '', '', '[]', now()
  FROM generate_series(1, %s) n
"""
_AUTHORISATIONS = f"""
INSERT INTO payments_sandboxauthorisation (idempotency_key, reference, payment_token,
    amount_minor, currency, standing)
SELECT 'authorise-' || n, 'sandbox_' || md5(n::text), 'tok_ok', {_AMOUNT}, 'USD', 'captured'
  FROM generate_series(1, %s) n
"""
_MESSAGES = (
    "COPY messaging_message (message_id, source, name, schema_version, key, part, data, headers)"
    " FROM STDIN"
)


def seed(payments: int) -> int:
    """This fills the database of a monolith that has not run yet.

    Returns:
        How many messages there are in its log.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(_PAYMENTS, [payments])
        cursor.execute(_AUTHORISATIONS, [payments])
    young = range(payments - payments // IN_THE_LOG + 1, payments + 1)
    log = open_log("default")
    log.lead()
    for first in range(young.start, young.stop, _PORTION // 4):
        with (
            connections["default"].cursor() as cursor,
            cursor.cursor.copy(_MESSAGES) as copy,
        ):
            for number in range(first, min(first + _PORTION // 4, young.stop)):
                for row in _messages_of(order_id(number)):
                    copy.write_row(row)
        while log.tick():
            pass
    log.resign()
    _hand_over(log.head())
    with connections["default"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return log.head()


def _messages_of(order: str) -> Iterator[tuple[object, ...]]:
    part = partition_of(order)
    versions = {entry.contract.name: entry.contract.version for entry in message_classes()}
    for source, name, message in (
        ("ordering", "payments.authorise_payment", _AUTHORISE),
        ("payments", "payments.payment_authorised", _AUTHORISED),
        ("ordering", "payments.capture_payment", _CAPTURE),
        ("payments", "payments.payment_captured", _CAPTURED),
    ):
        data = message.replace(_ANY, order)
        yield uuid.uuid4(), source, name, versions[name], order, part, data, "{}"


def _hand_over(head: int) -> None:
    """This has everybody who goes along the log be where it ends: all that was done long ago."""
    deliveries.put_partitions(
        Side(alias="default", name="the monolith"),
        {(one.consumer, part): head for one in subscriptions() for part in range(PARTITIONS)},
    )
    while seal("default"):
        pass


_ANY = "ORDER"
_AUTHORISE, _CAPTURE, _AUTHORISED, _CAPTURED = (
    msgspec.json.encode(message).decode()
    for message in (
        AuthorisePayment(
            order_id=_ANY,
            amount_minor=_AMOUNT,
            currency="USD",
            payment_token="tok_ok",
            customer_id="ANATR",
        ),
        CapturePayment(order_id=_ANY),
        PaymentAuthorised(order_id=_ANY, amount_minor=_AMOUNT, currency="USD"),
        PaymentCaptured(order_id=_ANY, amount_minor=_AMOUNT, currency="USD"),
    )
)
