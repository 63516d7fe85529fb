"""A read model that exists in tests only: how often each thing has happened, and its last number.

It is made of the probe's event; a test that wants it takes the fixture `tallies`.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from django.db import models

from modules.kernel.contracts import Personal, event
from modules.kernel.messaging.catalogue import register_message
from modules.kernel.messaging.tests.probe import ThingHappened
from modules.kernel.readmodels import Happened, Projection, Tables


@event("probe.thing_named", key="thing")
class ThingNamed:
    thing: str
    owner: str
    owner_name: Annotated[str, Personal(of="owner")]


register_message(ThingNamed)


class Tally(models.Model):
    thing = models.CharField(max_length=40, primary_key=True)
    times = models.IntegerField(default=0)
    last = models.BigIntegerField(default=0)
    owner = models.CharField(max_length=40, default="")
    owner_name = models.CharField(max_length=80, default="")

    objects: ClassVar[models.Manager["Tally"]] = models.Manager()

    class Meta:
        app_label = "probe_tallies"
        managed = False
        db_table = "probe_tally"
        indexes = (models.Index(fields=["times"], name="probe_tally_times"),)


class Tallies(Projection):
    name, module, version = "probe.tallies", "probe", 1
    handles = (ThingHappened, ThingNamed)
    tables = (Tally,)
    personal: ClassVar = {Tally: ("owner", ("owner_name",))}
    batch = 10
    #: What a test has it do wrong, or wait for.
    disturb: ClassVar[list[object]] = []
    #: Numbers of the events that it told others of.
    told: ClassVar[list[int]] = []

    def project(self, events: Sequence[Happened], tables: Tables) -> None:
        for disturbance in self.disturb:
            disturbance(events, tables)  # type: ignore[operator]  # a function
        tally = tables.model(Tally)
        things = {one.event.thing for one in events}
        rows = tables.locked((tally(thing=one) for one in things), of=Tally)
        for one in events:
            row = rows[one.event.thing]
            if isinstance(one.event, ThingNamed):
                row.owner, row.owner_name = one.event.owner, one.event.owner_name
            else:
                row.times, row.last = row.times + 1, one.event.number
        tables[Tally].bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["thing"],
            update_fields=["times", "last", "owner", "owner_name"],
        )

    def published(self, events: Sequence[Happened]) -> None:
        self.told.extend(one.event.number for one in events if isinstance(one.event, ThingHappened))
