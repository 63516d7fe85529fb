"""What each step leaves behind in the business: one row."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class StepEffect(models.Model):
    """This is the business write of one step of one order."""

    order_id = models.CharField(max_length=40)
    step = models.CharField(max_length=20)
    made_at = models.DateTimeField(db_default=Now())

    # Named for mypy, whose settings do not have this app.
    objects: ClassVar[models.Manager["StepEffect"]] = models.Manager()
