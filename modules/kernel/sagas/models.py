"""The tables of the saga engine; in every database that holds modules, beside their own."""

from django.db import models
from django.db.models.functions import Now


class SagaDefinition(models.Model):
    """This is a definition that instances are pinned to, in its canonical form."""

    hash = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    canonical = models.TextField()
    first_used_at = models.DateTimeField(db_default=Now())


class SagaInstance(models.Model):
    """This is one saga: where it is, under which definition."""

    saga = models.CharField(max_length=120)
    instance_id = models.CharField(max_length=200)
    definition_hash = models.CharField(max_length=64)
    status = models.CharField(max_length=12)
    state = models.TextField()
    started_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["saga", "instance_id"], name="sagas_instance_one"),
        )
        indexes = (models.Index(fields=["status", "saga"], name="sagas_instance_status"),)


class SagaLock(models.Model):
    """This is a semantic lock, and which saga holds it."""

    name = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    saga = models.CharField(max_length=120)
    instance_id = models.CharField(max_length=200)
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=["name", "key"], name="sagas_lock_one"),)
        indexes = (models.Index(fields=["saga", "instance_id"], name="sagas_lock_holder"),)


class SagaLockWaiter(models.Model):
    """This is a step that waits for a lock; the one with the lowest id is next."""

    name = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    saga = models.CharField(max_length=120)
    instance_id = models.CharField(max_length=200)
    step = models.CharField(max_length=120)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["name", "key", "saga", "instance_id"], name="sagas_waiter_one"
            ),
        )
        indexes = (models.Index(fields=["saga", "instance_id"], name="sagas_waiter_who"),)
