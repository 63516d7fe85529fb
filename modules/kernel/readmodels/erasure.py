"""Persons erased in read models: their columns are overwritten, in every generation."""

from collections.abc import Mapping
from typing import TypeAlias

from django.db import connections, models, transaction

from modules.kernel.contracts import ERASED
from modules.kernel.messaging.writer_turn import writer_turn
from modules.kernel.readmodels import generations
from modules.kernel.readmodels.models import Checkpoint, Generation
from modules.kernel.readmodels.projection import Projection, projections

#: The names of the columns that a generation's tables have, by model.
Columns: TypeAlias = Mapping[type[models.Model], frozenset[str]]


def scrub(subject: str) -> int:
    """This overwrites what is personal of someone, after their key has gone.

    The checkpoint is locked first: a batch that had decrypted something commits before, and
    one that comes after finds nothing to decrypt.

    A generation that other code has made may have it in columns that nothing names any more. It
    is dropped, unless it is read; then, once it has been rebuilt, by the next erasure.
    """
    scrubbed = 0
    for projection in projections():
        for generation in list(generations.of(projection)):
            present = _columns(projection, generation)
            is_as_now = all(
                present[model] == {str(field.column) for field in model._meta.concrete_fields}
                for model in projection.personal
            )
            if is_as_now or generation.state == Generation.State.LIVE:
                scrubbed += _scrub(projection, generation, subject, present)
            else:
                generations.drop(projection, generation)
    return scrubbed


def _scrub(projection: Projection, generation: Generation, subject: str, present: Columns) -> int:
    database, scrubbed = projection.database, 0
    with writer_turn(database), transaction.atomic(using=database):
        checkpoints = Checkpoint.objects.using(database).select_for_update()
        if not checkpoints.filter(generation=generation).order_by("pk"):
            return 0  # It has been dropped meanwhile.
        tables = generations.tables_of(projection, generation)
        for model, (owner, columns) in projection.personal.items():
            there = [one for one in columns if one in present[model]]
            if owner in present[model] and there:
                rows = tables[model].filter(**{owner: subject})
                scrubbed += rows.update(**dict.fromkeys(there, ERASED))
        Generation.objects.using(database).filter(pk=generation.pk).update(error="")
    return scrubbed


def _columns(projection: Projection, generation: Generation) -> Columns:
    """This gives the columns that a generation's tables have; none of one that is not there."""
    connection = connections[projection.database]
    found = {}
    with connection.cursor() as cursor:
        names = set(connection.introspection.table_names(cursor))
        for model in projection.personal:
            table = generations.tables_of(projection, generation).model(model)._meta.db_table
            description = (
                connection.introspection.get_table_description(cursor, table)
                if table in names
                else ()
            )
            found[model] = frozenset(column.name for column in description)
    return found
