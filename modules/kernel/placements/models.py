"""The table of placements: in the default database of each deployable, a row a moved module."""

from django.db import models
from django.db.models.functions import Now

from modules.kernel.placements.placement import State


class Placement(models.Model):
    """This is where a module runs, for this deployable. Without a row the settings say it.

    Written by `writing.place` only, which refuses an epoch that is over.

    Attributes:
        epoch: the number of the move that brought it here; the same in both deployables.
        url: of the process that has the module; in `State.ELSEWHERE`, and in `State.FENCED` of one
            that is to come back.
        shadow_url: of the service that is to have the module, and is asked along with it already;
            in `State.HERE` only.
        shadow_percent: of the questions.
        broker_url: what carries messages to it and from it, where the settings name no broker;
            without user and password (`QUARRY_BROKER_CREDENTIALS`).
    """

    module = models.CharField(max_length=40, primary_key=True)
    epoch = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in State])
    url = models.TextField(default="")
    broker_url = models.TextField(default="")
    shadow_url = models.TextField(default="", db_default="")
    shadow_percent = models.PositiveSmallIntegerField(default=0, db_default=0)
    since = models.DateTimeField(db_default=Now())


class Shadowed(models.Model):
    """This is how the questions to one method fared that were asked of both; see `shadows`."""

    module = models.CharField(max_length=40)
    method = models.CharField(max_length=120)
    outcome = models.CharField(max_length=10)
    count = models.BigIntegerField(default=0)
    example = models.TextField(default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["module", "method", "outcome"], name="placements_shadowed_one"
            ),
        )
