"""What the benchmark's handler leaves behind: one row a message."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Effect(models.Model):
    """This is the effect of one message, as an ordinary handler would write it."""

    thing = models.CharField(max_length=40)
    number = models.BigIntegerField()
    made_at = models.DateTimeField(db_default=Now())

    # Named for mypy, whose settings do not have this app.
    objects: ClassVar[models.Manager["Effect"]] = models.Manager()
