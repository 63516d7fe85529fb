"""Reading and writing instances, in the transaction of the engine's caller."""

from dataclasses import dataclass
from functools import lru_cache

import msgspec
from django.db import connections

from modules.kernel.messaging.dialect import now_sql
from modules.kernel.sagas.definition import Definition
from modules.kernel.sagas.state import SagaState

_states = msgspec.json.Decoder(SagaState)


@dataclass(frozen=True, slots=True)
class Instance:
    """This is one instance as it was loaded, locked until the transaction ends."""

    definition: Definition
    instance_id: str
    state: SagaState


def load(database: str, saga: str, instance_id: str) -> Instance | None:
    """This locks and gives an instance; None when there is none.

    Raises:
        LookupError: its definition is not stored here; see `SagaDefinition`.
    """
    lock = "FOR UPDATE" if connections[database].vendor == "postgresql" else ""
    with connections[database].cursor() as cursor:
        cursor.execute(
            "SELECT definition_hash, state FROM sagas_sagainstance"
            f" WHERE saga = %s AND instance_id = %s {lock}",
            [saga, instance_id],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return Instance(_definition(database, row[0]), instance_id, _states.decode(row[1]))


def make(database: str, definition: Definition, instance_id: str) -> Instance:
    """This gives an instance, locked; where there is none a new one, pinned to the definition.

    Two may want to be the first at one moment, such as a cancellation and the order's own
    start: the second waits here for the first, and gets what that has made.
    """
    fresh = SagaState()
    with connections[database].cursor() as cursor:
        cursor.execute(
            "INSERT INTO sagas_sagadefinition (hash, name, version, canonical)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (hash) DO NOTHING",
            [definition.hash, definition.name, definition.version, definition.canonical],
        )
        cursor.execute(
            "INSERT INTO sagas_sagainstance (saga, instance_id, definition_hash, status, state)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (saga, instance_id) DO NOTHING",
            [definition.name, instance_id, definition.hash, fresh.status, _text(fresh)],
        )
    made = load(database, definition.name, instance_id)
    assert made is not None, "it was inserted, by us or by another"
    return made


def save(database: str, instance: Instance, state: SagaState) -> None:
    """This writes an instance's new state."""
    with connections[database].cursor() as cursor:
        cursor.execute(
            "UPDATE sagas_sagainstance SET status = %s, state = %s,"
            f" changed_at = {now_sql(database)} WHERE saga = %s AND instance_id = %s",
            [state.status, _text(state), instance.definition.name, instance.instance_id],
        )


def _text(state: SagaState) -> str:
    return msgspec.json.encode(state).decode()


@lru_cache(maxsize=256)  # A definition never changes under its hash.
def _definition(database: str, content_hash: str) -> Definition:
    with connections[database].cursor() as cursor:
        cursor.execute("SELECT canonical FROM sagas_sagadefinition WHERE hash = %s", [content_hash])
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"the definition {content_hash} is not stored in {database}")
    return Definition.from_canonical(row[0])
