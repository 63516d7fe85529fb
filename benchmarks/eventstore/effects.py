"""The projection that is measured: one row an event, as a table of entries has it."""

from collections.abc import Sequence
from typing import ClassVar

from django.db import models

from benchmarks.eventstore.accounts import MoneyMoved
from modules.kernel.readmodels import Happened, Projection, Tables


class EntryRow(models.Model):
    """This is one entry of an account."""

    key = models.CharField(max_length=80, primary_key=True)
    account = models.CharField(max_length=40)
    number = models.BigIntegerField()
    amount_minor = models.BigIntegerField()

    # Named for mypy, whose settings do not have this app.
    objects: ClassVar[models.Manager["EntryRow"]] = models.Manager()

    class Meta:
        app_label = "log"
        managed = False
        db_table = "bench_entry"


class Entries(Projection):
    """This keeps the entries of all accounts."""

    name, module, version = "bench.entries", "bench", 1
    handles = (MoneyMoved,)
    tables = (EntryRow,)

    def project(self, events: Sequence[Happened], tables: Tables) -> None:
        tables.insert(
            EntryRow,
            ("key", "account", "number", "amount_minor"),
            [
                (
                    f"{one.event.account}:{one.event.number}",
                    one.event.account,
                    one.event.number,
                    one.event.amount_minor,
                )
                for one in events
            ],
        )
