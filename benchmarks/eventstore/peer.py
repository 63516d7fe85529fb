"""The same by `eventsourcing`, as its documentation has it; run in a process with the database."""

from __future__ import annotations

from uuid import UUID

from django.db import connections
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder

from benchmarks.eventstore.accounts import REFERENCE

_PAGE = 5_000


class PeerAccount(Aggregate):
    """This is the account as an aggregate of the peer."""

    def __init__(self) -> None:
        self.balance_minor = 0
        self.moves = 0

    @event("MoneyMoved")
    def move(self, number: int, amount_minor: int, currency: str, reference: str) -> None:
        self.balance_minor += amount_minor
        self.moves += 1


class PeerAccounts(Application[UUID]):
    """This keeps them in PostgreSQL."""


class PeerEffects(PostgresTrackingRecorder):
    """This is the view of a projection: one row an event, in one transaction with its place."""

    def take(self, tracking: Tracking, account: str, number: int) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                "INSERT INTO peer_effect (account, number, amount_minor) VALUES (%s, %s, %s)",
                (account, number, 100),
            )


def open_peer() -> PeerAccounts:
    """This opens the peer on the database of this process."""
    settings = connections["default"].settings_dict
    return PeerAccounts(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(settings["NAME"]),
            "POSTGRES_HOST": str(settings["HOST"]),
            "POSTGRES_PORT": str(settings["PORT"] or 5432),
            "POSTGRES_USER": str(settings["USER"]),
            "POSTGRES_PASSWORD": str(settings["PASSWORD"] or "unused"),
        }
    )


def fill_peer(app: PeerAccounts, *, streams: int, length: int) -> UUID:
    """This keeps so many accounts with so many events each, and gives the id of the last."""
    account = PeerAccount()
    for _ in range(streams):
        account = PeerAccount()
        for number in range(length - 1):
            account.move(number, 100, "EUR", REFERENCE)
        app.save(account)
    return account.id


def replay_peer(app: PeerAccounts) -> int:
    """This decodes every event there is, and gives their number."""
    count, start = 0, 1
    while notifications := app.recorder.select_notifications(start=start, limit=_PAGE):
        for notification in notifications:
            app.mapper.to_domain_event(notification)
        count += len(notifications)
        start = notifications[-1].id + 1
    return count


def project_peer(app: PeerAccounts, limit: int) -> int:
    """This takes so many events into a view, each in its transaction, and gives their number."""
    with connections["default"].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS peer_effect, peer_tracking")
        cursor.execute(
            "CREATE TABLE peer_effect (account text, number bigint, amount_minor bigint,"
            " PRIMARY KEY (account, number))"
        )
    view = PeerEffects(app.factory.datastore, tracking_table_name="peer_tracking")  # type: ignore[attr-defined]  # PostgresFactory has it
    view.create_table()
    count, start = 0, 1
    while count < limit:
        page = app.recorder.select_notifications(start=start, limit=min(limit - count, _PAGE))
        if not page:
            break
        for notification in page:
            happened = app.mapper.to_domain_event(notification)
            view.take(
                Tracking(app.name, notification.id),
                str(happened.originator_id),
                happened.originator_version,
            )
        count += len(page)
        start = page[-1].id + 1
    return count
