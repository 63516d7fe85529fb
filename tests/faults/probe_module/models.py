"""What the probe said, counted, and what it heard, one row a delivery."""

from __future__ import annotations

from django.db import models


class Thing(models.Model):
    """This is how often a thing has happened; it commits with the event that says so."""

    name = models.CharField(max_length=40, primary_key=True)
    count = models.IntegerField()
    objects: models.Manager[Thing] = models.Manager()

    class Meta:
        app_label = "probe"


class Effect(models.Model):
    """This is the effect of one delivery; nothing here keeps a message from coming twice."""

    thing = models.CharField(max_length=40)
    number = models.IntegerField()
    process = models.IntegerField()
    objects: models.Manager[Effect] = models.Manager()

    class Meta:
        app_label = "probe"
