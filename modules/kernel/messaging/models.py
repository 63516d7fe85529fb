"""The tables of the log. Each database that holds modules has its own set.

Rows are written by `unit_of_work`, the sequencer and the consumers, in SQL made for
it; the models give the schema, the migrations and the operators' queries.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Now


class TransactionIdField(models.Field):  # type: ignore[type-arg]  # raw text in and out
    """This is PostgreSQL's 64-bit transaction id (``xid8``); elsewhere an unused integer."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8" if connection.vendor == "postgresql" else "bigint"


class CurrentTransactionId(models.Func):
    """This is the id of the transaction that inserts the row."""

    function = "pg_current_xact_id"
    output_field = TransactionIdField()

    def as_sqlite(self, *args: Any, **kwargs: Any) -> tuple[str, tuple[()]]:
        return "0", ()


class Message(models.Model):
    """This is one row of the log: appended, never changed.

    `data` and `headers` are JSON kept as text, not ``jsonb``: a log gives back what was
    appended, byte for byte, so that a hash over it holds, and the database need not build
    a tree of what it will not look into. An operator can still ask ``data::json ->> 'sku'``.
    """

    message_id = models.UUIDField(unique=True)
    source = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    schema_version = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=200)
    part = models.PositiveSmallIntegerField()
    stream = models.CharField(max_length=200, null=True)
    stream_version = models.PositiveIntegerField(null=True)
    data = models.TextField()
    headers = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())
    effective_at = models.DateTimeField(null=True)
    xid = TransactionIdField(db_default=CurrentTransactionId())

    class Meta:
        indexes = (models.Index(fields=["xid", "id"], name="messaging_message_xid"),)
        constraints = (
            # Most messages are of no stream: they need no entry in its index.
            models.UniqueConstraint(
                fields=["stream", "stream_version"],
                condition=models.Q(stream__isnull=False),
                name="messaging_message_stream",
            ),
        )


class Position(models.Model):
    """This is a message's place in the order: dense, insert-only, written by the sequencer.

    PostgreSQL only: on SQLite a message's id is its position.
    """

    pos = models.BigIntegerField(primary_key=True)
    message = models.OneToOneField(Message, on_delete=models.DO_NOTHING, db_constraint=False)


class Sequencer(models.Model):
    """This is the sequencer's one row: how far it is and who may move it.

    Attributes:
        pos: the last position given.
        last_snapshot: every transaction visible in it has its rows in `Position`.
        target_snapshot: the snapshot being worked off, while a capped tick is unfinished.
        done_id: within `target_snapshot`, rows up to this id are done.
        epoch: raised by each new leader; a tick of an older leader changes nothing.
        cluster: the database cluster the transaction ids belong to.
    """

    pos = models.BigIntegerField(default=0)
    last_snapshot = models.TextField()
    target_snapshot = models.TextField(null=True)
    done_id = models.BigIntegerField(default=0)
    epoch = models.BigIntegerField(default=0)
    cluster = models.TextField(default="")


class Partition(models.Model):
    """This is how far one consumer is in one partition of one log, and who may go on.

    It stands in the consumer's own database, beside its effects, whatever database the
    log `source` is in.
    """

    consumer = models.CharField(max_length=80)
    source = models.CharField(max_length=40)
    part = models.PositiveSmallIntegerField()
    owner = models.CharField(max_length=80, default="")
    epoch = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField()
    checkpoint = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["consumer", "source", "part"], name="messaging_partition_one"
            ),
        )


class Worker(models.Model):
    """This is a process's presence at a consumer, from which fair shares are counted."""

    consumer = models.CharField(max_length=80)
    source = models.CharField(max_length=40)
    owner = models.CharField(max_length=80)
    seen_until = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["consumer", "source", "owner"], name="messaging_worker_one"
            ),
        )


class Handled(models.Model):
    """This is a message beyond its consumer's checkpoint that has had its effect already.

    Written by who brings a module back to this log; see `handled_ahead`.
    """

    consumer = models.CharField(max_length=80)
    source = models.CharField(max_length=40)
    part = models.PositiveSmallIntegerField()
    pos = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["consumer", "source", "pos"], name="messaging_handled_one"
            ),
        )


class SetAside(models.Model):
    """This is a message that failed, or one that waits behind a failed one of its key."""

    class State(models.TextChoices):
        RETRYING = "retrying", "will be tried again when due"
        WAITING = "waiting", "waits for an earlier message of its key"
        PARKED = "parked", "waits for an operator"

    consumer = models.CharField(max_length=80)
    source = models.CharField(max_length=40)
    pos = models.BigIntegerField()
    message_id = models.UUIDField()
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    part = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    error = models.TextField(default="")
    set_aside_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["consumer", "source", "pos"], name="messaging_setaside_one"
            ),
        )
        indexes = (
            models.Index(
                fields=["consumer", "source", "key", "pos"], name="messaging_setaside_key"
            ),
            models.Index(fields=["state", "due_at"], name="messaging_setaside_due"),
        )


class Scheduled(models.Model):
    """This is a message that will be appended when it is due by the database's clock."""

    due_at = models.DateTimeField(db_index=True)
    message_id = models.UUIDField(unique=True)
    source = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    schema_version = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=200)
    part = models.PositiveSmallIntegerField()
    data = models.TextField()
    headers = models.TextField()


class Inbox(models.Model):
    """This is a message that came from outside the log, noted with its effect."""

    consumer = models.CharField(max_length=80)
    message_id = models.UUIDField()
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["consumer", "message_id"], name="messaging_inbox_one"),
        )


class OperatorAction(models.Model):
    """This is the audit trail of what operators did to messages, sagas and the like."""

    at = models.DateTimeField(db_default=Now())
    operator = models.CharField(max_length=120)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=300)
    reason = models.TextField(default="")
