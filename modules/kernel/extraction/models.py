"""The tables of a move: what it has done so far, and what guards the tables that are moved.

They stand in the default database of each deployable; a move reaches both. Rows are written in
SQL by `moving`; the models give the schema and the migrations.
"""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Move(models.Model):
    """This is one move of a module, recorded by the deployable that it leaves first.

    Attributes:
        direction: ``out`` of this deployable, or ``back`` into it.
        epoch: that of the placement at the last fence; 0 before the first.
        phase: that which is under way, or was when the mover died.
        parameters: what the operator asked for, as JSON.
        facts: what phases tell later ones, as JSON.
    """

    class State(models.TextChoices):
        RUNNING = "running", "is under way, or waits to be resumed or aborted"
        SWITCHED = "switched", "is done, and can be rolled back"
        FINISHED = "finished", "is done for good"
        ABORTED = "aborted", "was given up, and nothing has changed"

    module = models.CharField(max_length=40)
    direction = models.CharField(max_length=4)
    state = models.CharField(max_length=10, choices=State)
    phase = models.CharField(max_length=20)
    epoch = models.BigIntegerField(default=0)
    parameters = models.TextField()
    facts = models.TextField(default="{}")
    began_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Move"]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["module"],
                condition=models.Q(state="running"),
                name="extraction_move_one",
            ),
        )


class MovePhase(models.Model):
    """This is one run of a phase; a phase that was resumed has several."""

    move = models.ForeignKey(Move, models.CASCADE, related_name="phases")
    name = models.CharField(max_length=20)
    began_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    note = models.TextField(default="")

    objects: ClassVar[models.Manager["MovePhase"]] = models.Manager()


class Guard(models.Model):
    """This is what the triggers on a module's tables go by.

    Attributes:
        noting: the keys of rows that change are noted.
        closed: every write is refused.
    """

    module = models.CharField(max_length=40, primary_key=True)
    noting = models.BooleanField(default=False)
    closed = models.BooleanField(default=False)


class Touched(models.Model):
    """This is a row that has changed since it was copied.

    Appended, never made unique: what a writer notes while the mover deletes an older note of
    the same row must not be taken for that.
    """

    table_name = models.CharField(max_length=80)
    row_key = models.TextField()


class Held(models.Model):
    """This is a scheduled message out of the keeper's reach while its module is moved."""

    due_at = models.DateTimeField()
    message_id = models.UUIDField(unique=True)
    source = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    schema_version = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=200)
    part = models.PositiveSmallIntegerField()
    data = models.TextField()
    headers = models.TextField()


class Carried(models.Model):
    """This is a message that was copied into the log here.

    Attributes:
        origin: its position in the log that it came from.
        identity: of the row that it is here.
    """

    origin = models.BigIntegerField(primary_key=True)
    identity = models.BigIntegerField()


class Progress(models.Model):
    """This is how far one thing has been copied into this database, committed with it.

    Attributes:
        what: a table, or the log.
        upto: the key or position of the last row; empty for none.
    """

    module = models.CharField(max_length=40)
    what = models.CharField(max_length=80)
    upto = models.TextField(default="")
    done = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["module", "what"], name="extraction_progress_one"),
        )
