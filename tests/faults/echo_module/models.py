"""What the echo heard."""

from __future__ import annotations

from django.db import models


class Effect(models.Model):
    """This is the effect of one delivery; nothing here keeps a message from coming twice."""

    thing = models.CharField(max_length=40)
    number = models.IntegerField()
    objects: models.Manager[Effect] = models.Manager()

    class Meta:
        app_label = "echo"
