"""Persons erased in sagas: an instance keeps what started it and what its steps gave, readable.

What of that is personal the contracts say: the marked fields of the input and of the answers, and
whatever a marked field of a command is filled from. Nothing else is touched, whatever it reads: a
person's city may be called like the status of a step, or like a SKU.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from modules.kernel.eventstore.personal import erased
from modules.kernel.messaging.catalogue import message_classes
from modules.kernel.messaging.logs import databases
from modules.kernel.messaging.writer_turn import writer_turn
from modules.kernel.sagas.definition import Definition
from modules.kernel.sagas.models import SagaDefinition, SagaInstance
from modules.kernel.sagas.references import Reference, UnresolvedReference


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """This is where an instance may have something personal.

    Attributes:
        owner: what names the person.
        texts: what is personal.
    """

    owner: Reference
    texts: Reference


def scrub(subject: str) -> int:
    """This overwrites what is personal of someone in instances; gives how many had any.

    One that is still under way goes on with what is left.
    """
    scrubbed = 0
    named = json.dumps(subject, ensure_ascii=False)
    for database in databases():
        with writer_turn(database), transaction.atomic(using=database):
            definitions = SagaDefinition.objects.using(database).all()
            places = {one.hash: _places(one.canonical) for one in definitions}
            rows = SagaInstance.objects.using(database).select_for_update()
            for row in rows.filter(state__contains=named):
                state = json.loads(row.state)
                for place in places[row.definition_hash]:
                    _overwrite(state, place, subject)
                if state != json.loads(row.state):
                    row.state = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
                    row.save(update_fields=["state"])
                    scrubbed += 1
    return scrubbed


def _places(canonical: str) -> tuple[Place, ...]:
    """This gives where instances of a definition may have something personal."""
    definition = Definition.from_canonical(canonical)
    found = [*_marked(definition.input, step="")]
    for step in definition.steps:
        found += [place for name in step.success for place in _marked(name, step=step.name)]
        found += [*_filled(step.action, step.args), *_filled(step.undo, step.undo_args)]
    return tuple(found)


def _marked(name: str, *, step: str) -> Iterator[Place]:
    for field, of in _personal(name):
        yield Place(owner=Reference(step, (of,)), texts=Reference(step, (field,)))


def _filled(name: str, args: Mapping[str, Reference]) -> Iterator[Place]:
    for field, of in _personal(name):
        if field in args and of in args:
            yield Place(owner=args[of], texts=args[field])


def _personal(name: str) -> list[tuple[str, str]]:
    """This gives the marked fields of a message in any of its versions, with whom they are of."""
    return [
        (field, mark.of)
        for entry in message_classes()
        if entry.contract.name == name
        for field, mark in entry.personal.items()
    ]


def _overwrite(state: dict[str, Any], place: Place, subject: str) -> None:
    owner, texts = _stored(place.owner), _stored(place.texts)
    try:
        is_theirs = str(owner.resolve(state, {})) == subject
        value = texts.resolve(state, {})
    except UnresolvedReference:
        return  # The step has not answered yet.
    if is_theirs:
        *way, last = texts.path
        Reference("", tuple(way)).resolve(state, {})[last] = erased(value)


def _stored(reference: Reference) -> Reference:
    """This gives the same place as seen from the state as it is stored."""
    start = ("steps", reference.step, "out") if reference.step else ("input",)
    return Reference("", (*start, *reference.path))
