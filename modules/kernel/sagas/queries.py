"""Sagas as an operator sees them: which there are, and where each step of one is.

Called by the console; reads the instances of every database that holds modules.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.db.models import Count, QuerySet

from modules.kernel.messaging import operations
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.logs import databases
from modules.kernel.messaging.operations import SetAsideMessage
from modules.kernel.messaging.timeline import timeline
from modules.kernel.placements import hosting
from modules.kernel.sagas.decide import can_cancel
from modules.kernel.sagas.definition import Definition, Step
from modules.kernel.sagas.engine import engines
from modules.kernel.sagas.models import SagaDefinition, SagaInstance
from modules.kernel.sagas.operations import UnknownInstance
from modules.kernel.sagas.requests import Request
from modules.kernel.sagas.state import ENDS, SagaState, SagaStatus, StepState, StepStatus

_states = msgspec.json.Decoder(SagaState)


@dataclass(frozen=True, slots=True, kw_only=True)
class SagaSeen:
    """This is one saga: where it is, and since when.

    Attributes:
        unreadable: why its state cannot be read; of `state` nothing is then known but the status.
    """

    database: str
    saga: str
    instance_id: str
    state: SagaState
    definition_hash: str
    started_at: datetime
    changed_at: datetime
    unreadable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionSeen:
    """This is a form of a saga that is stored; `live` counts the instances it still carries.

    Attributes:
        hash: the one that it is stored under. A newer Quarry may write the same form with
            more in it, and so with another hash of its own.
    """

    database: str
    definition: Definition
    hash: str
    first_used_at: datetime
    live: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSeen:
    """This is one step: what it is by definition, and where it is now."""

    step: Step
    now: StepState


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMessage:
    """This is a message that asks for a step or its undo, or that answers."""

    step: str
    undo: bool
    envelope: Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """This is a message set aside that a step waits behind.

    Attributes:
        step: one that was asked for, or whose undo was, and is not answered.
        message: the first of its key that the consumer has set aside. The step's own command,
            or the answer, is this one or waits behind it.
        of_key: all that the consumer has set aside of that key, in order.
        asks: whether the step's own command is among them, and not only the answer.
    """

    step: str
    message: SetAsideMessage
    of_key: tuple[SetAsideMessage, ...]
    asks: bool


def counts() -> dict[str, int]:
    """This gives how many sagas have each status; those that none has are missing."""
    found: Counter[str] = Counter()
    for database in databases():
        rows = _own(database).values("status").annotate(number=Count("id"))
        found.update({row["status"]: row["number"] for row in rows})
    return dict(found)


def live_counts() -> dict[tuple[str, str], int]:
    """This gives how many instances of each saga here have each status that is no end.

    Those that have ended are not looked at, however many there are.
    """
    at = hosting()
    here = [one.saga.name for one in engines() if one.module not in at.remote]
    live = [one for one in SagaStatus if one not in ENDS]
    found = {(saga, str(status)): 0 for saga in here for status in live}
    for database in databases():
        rows = SagaInstance.objects.using(database).filter(status__in=live, saga__in=here)
        for row in rows.values("saga", "status").annotate(number=Count("id")):
            found[row["saga"], row["status"]] += row["number"]
    return found


def sagas(*, status: str = "", limit: int = 50, offset: int = 0) -> list[SagaSeen]:
    """This lists sagas, those that moved last first, narrowed to a status if it is not empty."""
    until = offset + limit
    found: list[SagaSeen] = []
    for database in databases():
        rows = _own(database).order_by("-changed_at", "-id")
        rows = rows.filter(status=status) if status else rows
        found += [_seen(database, row) for row in rows[:until]]
    found.sort(key=lambda saga: saga.changed_at, reverse=True)
    return found[offset:until]


def saga(*, saga: str, instance_id: str) -> SagaSeen:
    """This gives one saga. Raises: UnknownInstance."""
    for database in databases():
        row = (
            SagaInstance.objects.using(database).filter(saga=saga, instance_id=instance_id).first()
        )
        if row is not None:
            return _seen(database, row)
    raise UnknownInstance(f"there is no {saga} {instance_id}", saga=saga, instance_id=instance_id)


def steps_of(seen: SagaSeen) -> tuple[StepSeen, ...]:
    """This gives a saga's steps in the order of the definition that it is pinned to."""
    return tuple(
        StepSeen(step=step, now=seen.state.of(step.name)) for step in definition_of(seen).steps
    )


def definition_of(seen: SagaSeen) -> Definition:
    """This gives the definition that a saga is pinned to."""
    row = SagaDefinition.objects.using(seen.database).get(hash=seen.definition_hash)
    return Definition.from_canonical(row.canonical)


def stored_definitions(saga: str) -> list[DefinitionSeen]:
    """This gives the forms that instances are or were pinned to, the newest first."""
    found = []
    for database in databases():
        for row in SagaDefinition.objects.using(database).filter(name=saga):
            live = SagaInstance.objects.using(database).filter(definition_hash=row.hash)
            live = live.exclude(status__in=ENDS)
            found.append(
                DefinitionSeen(
                    database=database,
                    definition=Definition.from_canonical(row.canonical),
                    hash=row.hash,
                    first_used_at=row.first_used_at,
                    live=live.count(),
                )
            )
    return sorted(found, key=lambda one: one.first_used_at, reverse=True)


def live_under(form: DefinitionSeen) -> Iterator[SagaSeen]:
    """This gives the instances that still have to end under a form."""
    rows = SagaInstance.objects.using(form.database).filter(definition_hash=form.hash)
    for row in rows.exclude(status__in=ENDS).order_by("id").iterator():
        yield _seen(form.database, row)


def can_be_cancelled(seen: SagaSeen) -> bool:
    """This tells whether the saga's pivot has not been asked for yet."""
    return not seen.unreadable and can_cancel(definition_of(seen), seen.state)


def obstacles_of(seen: SagaSeen) -> tuple[Obstacle, ...]:
    """This gives what must go through before steps that are asked for can be answered.

    Asking again is in vain meanwhile: each message of a saga has its id as key, so it waits
    behind the others. What a participant has set aside in a database of its own that is not one
    of this process's is not found.
    """
    aside: dict[tuple[str, str], list[SetAsideMessage]] = {}
    for message in operations.set_aside(key=seen.instance_id):
        aside.setdefault((message.consumer, message.source), []).append(message)
    found = []
    for one in steps_of(seen):
        if one.now.status not in (StepStatus.REQUESTED, StepStatus.UNDOING, StepStatus.STUCK):
            continue
        request = Request(seen.saga, seen.instance_id, one.step.name, one.now.undoing)
        asked = {str(request.message_id(number + 1)) for number in range(one.now.attempts)}
        answers = one.step.undone if one.now.undoing else (*one.step.success, *one.step.failure)
        for _, messages in sorted(aside.items()):
            of_key = tuple(sorted(messages, key=lambda message: message.position))
            asks = any(message.message_id in asked for message in of_key)
            if asks or any(message.name in answers for message in of_key):
                first = of_key[0]
                found.append(Obstacle(step=one.step.name, message=first, of_key=of_key, asks=asks))
    return tuple(found)


def messages_of(seen: SagaSeen) -> tuple[StepMessage, ...]:
    """This gives what a saga has asked for, and what it was answered, in order."""
    return tuple(
        StepMessage(step=request.step, undo=request.undo, envelope=envelope)
        for envelope in timeline(seen.instance_id, since=seen.started_at)
        if (request := Request.parse(envelope.headers.get("requestid", ""))) is not None
        and (request.saga, request.instance_id) == (seen.saga, seen.instance_id)
    )


def _own(database: str) -> QuerySet[SagaInstance]:
    """This leaves out the copies of a choreography's parts, which are called after both."""
    return SagaInstance.objects.using(database).exclude(saga__contains="@")


def _seen(database: str, row: SagaInstance) -> SagaSeen:
    state, unreadable = SagaState(status=SagaStatus(row.status)), ""
    try:
        state = _states.decode(row.state)
    except msgspec.DecodeError as error:
        # Told, not raised: one row must not hide the others from who could mend it.
        unreadable = str(error)
    return SagaSeen(
        database=database,
        saga=row.saga,
        instance_id=row.instance_id,
        state=state,
        definition_hash=row.definition_hash,
        started_at=row.started_at,
        changed_at=row.changed_at,
        unreadable=unreadable,
    )
