"""Which generations of a read model there are, and how far each has come.

The row of a generation stands in the database that has its tables, so that its checkpoint
commits with them.
"""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Generation(models.Model):
    """This is one set of a projection's tables.

    Attributes:
        version: of the projection's code that fills it.
        digest: of its tables when they were last compared.
        error: what stopped it; it goes on by itself once that has gone.
    """

    class State(models.TextChoices):
        BUILDING = "building", "is filled by a rebuild"
        READY = "ready", "is complete, and kept up to date"
        LIVE = "live", "is what queries read"
        KEPT = "kept", "was live before, and is kept up to date: the way back"

    projection = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State)
    digest = models.CharField(max_length=64, default="")
    error = models.TextField(default="")
    made_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[models.Manager["Generation"]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["projection", "number"], name="readmodels_generation_one"
            ),
            models.UniqueConstraint(
                fields=["projection"],
                condition=models.Q(state="live"),
                name="readmodels_generation_live",
            ),
        )


class Checkpoint(models.Model):
    """This is the position up to which a generation has taken one log in."""

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="checkpoints")
    source = models.CharField(max_length=40)
    pos = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[models.Manager["Checkpoint"]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["generation", "source"], name="readmodels_checkpoint_one"
            ),
        )


class TakenAhead(models.Model):
    """This is a message beyond a checkpoint that its generation has taken in already.

    Written by who brings a module back to this log; see `messaging.handled_ahead`.
    """

    checkpoint = models.ForeignKey(Checkpoint, models.CASCADE, related_name="ahead", db_index=False)
    pos = models.BigIntegerField()

    objects: ClassVar[models.Manager["TakenAhead"]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["checkpoint", "pos"], name="readmodels_takenahead_one"),
        )
