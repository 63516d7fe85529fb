"""The tables beside a log: snapshots of streams, keys of persons, and the hash chain.

Rows are read and written in SQL by `snapshots`, `personal` and `chain`; the models give the
schema and the migrations.
"""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Snapshot(models.Model):
    """This is the state of a stream at a version, as one version of the code saw it.

    It can be thrown away at any time. Attributes: code is `StreamKind.code_version`.
    """

    stream = models.CharField(max_length=200)
    code = models.CharField(max_length=32)
    stream_version = models.PositiveIntegerField()
    state = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["stream", "code"], name="eventstore_snapshot_one"),
        )


class SubjectKey(models.Model):
    """This is the key of one person's data, itself encrypted; destroyed when they are erased.

    Attributes:
        tag: who it is, as a hash: the log names the key by it.
        wrapped: null once the key is destroyed.
    """

    tag = models.CharField(max_length=24, primary_key=True)
    wrapped = models.BinaryField(null=True)
    made_at = models.DateTimeField(db_default=Now())
    erased_at = models.DateTimeField(null=True)


class ChainBlock(models.Model):
    """This seals a stretch of the log: a digest of each row, and a digest over all before.

    Attributes:
        rows: entries of `chain.ENTRY`, one a message, in order.
        digest: over `previous` and `rows`.
    """

    last_pos = models.BigIntegerField(primary_key=True)
    # Two sealers that go on from the same block: the second one is refused.
    after_pos = models.BigIntegerField(unique=True)
    previous = models.BinaryField()
    digest = models.BinaryField()
    rows = models.BinaryField()
    sealed_at = models.DateTimeField(db_default=Now())

    # Named for mypy: the manager of a model without other managers.
    objects: ClassVar[models.Manager["ChainBlock"]] = models.Manager()
