"""Persons erased in read models: their columns are overwritten, in every generation."""

from django.db import transaction

from modules.kernel.contracts import ERASED
from modules.kernel.messaging.writer_turn import writer_turn
from modules.kernel.readmodels import generations
from modules.kernel.readmodels.models import Checkpoint, Generation
from modules.kernel.readmodels.projection import projections


def scrub(subject: str) -> int:
    """This overwrites what is personal of someone, after their key has gone.

    The checkpoint is locked first: a batch that had decrypted something commits before, and
    one that comes after finds nothing to decrypt.
    """
    scrubbed = 0
    for projection in projections():
        database = projection.database
        for generation in list(generations.of(projection)):
            with writer_turn(database), transaction.atomic(using=database):
                list(
                    Checkpoint.objects.using(database)
                    .select_for_update()
                    .filter(generation=generation)
                )
                tables = generations.tables_of(projection, generation)
                for model, (owner, columns) in projection.personal.items():
                    scrubbed += (
                        tables[model]
                        .filter(**{owner: subject})
                        .update(**dict.fromkeys(columns, ERASED))
                    )
                Generation.objects.using(database).filter(pk=generation.pk).update(error="")
    return scrubbed
