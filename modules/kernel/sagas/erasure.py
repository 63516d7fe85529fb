"""Persons erased in sagas: an instance keeps its input and what its steps were asked, readable."""

import json
from collections.abc import Collection

from django.db import transaction

from modules.kernel.contracts import ERASED
from modules.kernel.messaging.logs import databases
from modules.kernel.messaging.writer_turn import writer_turn
from modules.kernel.sagas.models import SagaInstance


def scrub(subject: str, texts: Collection[str]) -> int:
    """This overwrites the texts in the instances that name the person; gives how many had any.

    One that is still under way goes on with what is left.
    """
    if not texts:
        return 0
    scrubbed = 0
    named = json.dumps(subject, ensure_ascii=False)
    for database in databases():
        with writer_turn(database), transaction.atomic(using=database):
            rows = SagaInstance.objects.using(database).select_for_update()
            for row in rows.filter(state__contains=named):
                state = json.loads(row.state)
                erased = _without(state, set(texts) - {subject})
                if erased != state:
                    row.state = json.dumps(erased, ensure_ascii=False, separators=(",", ":"))
                    row.save(update_fields=["state"])
                    scrubbed += 1
    return scrubbed


def _without(value: object, texts: set[str]) -> object:
    match value:
        case dict():
            return {name: _without(one, texts) for name, one in value.items()}
        case list():
            return [_without(one, texts) for one in value]
        case str() if value in texts:
            return ERASED
    return value
