"""Reading and writing instances, in the transaction of the engine's caller."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import msgspec
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from modules.kernel.messaging.arrays import text_array_of
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.prepared import fetch, prepared_cursor
from modules.kernel.messaging.unit_of_work import UnitOfWork
from modules.kernel.sagas.definition import Definition
from modules.kernel.sagas.state import SagaState

_states = msgspec.json.Decoder(SagaState)

_READ_MANY = (
    "SELECT instance_id, definition_hash, state FROM sagas_sagainstance"
    " WHERE saga = %s AND instance_id = ANY(%s::text[]) ORDER BY instance_id FOR UPDATE"
)
_WRITE_MANY = (
    "UPDATE sagas_sagainstance AS one SET status = new.status, state = new.state,"
    " changed_at = clock_timestamp()"
    " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS new (status, state, saga, id)"
    " WHERE one.saga = new.saga AND one.instance_id = new.id"
)


@dataclass(frozen=True, slots=True)
class Instance:
    """This is one instance as it was loaded, locked until the transaction ends.

    Attributes:
        saga: the name that it is stored under; that of the saga, but for the copies of a
            choreography's parts.
    """

    saga: str
    definition: Definition
    instance_id: str
    state: SagaState


class Loaded:
    """These are the instances that a unit of work has loaded, and what has become of them.

    A batch moves many instances: they are read in one statement (`load_ahead`), and written
    in one at the end of the transaction.
    """

    def __init__(self) -> None:
        self.instances: dict[tuple[str, str], Instance] = {}
        self.changed: set[tuple[str, str]] = set()

    def write(self, connection: BaseDatabaseWrapper) -> None:
        """This writes the instances that have changed."""
        if self.changed:
            _write(connection, [self.instances[one] for one in sorted(self.changed)])

    def meaning_of(self, error: Exception) -> Exception | None:
        """This knows no error of its own."""
        return None

    def mark(self) -> object:
        """This remembers the present states, for `back`."""
        return dict(self.instances), set(self.changed)

    def back(self, mark: tuple[dict[tuple[str, str], Instance], set[tuple[str, str]]]) -> None:
        """This takes back what has become of instances since, and their locks went with it."""
        self.instances, self.changed = dict(mark[0]), set(mark[1])


def load(work: UnitOfWork, saga: str, instance_id: str) -> Instance | None:
    """This locks and gives an instance; None when there is none.

    Raises:
        LookupError: its definition is not stored here; see `SagaDefinition`.
    """
    load_ahead(work, saga, [instance_id])
    return work.put_off(Loaded, Loaded).instances.get((saga, instance_id))


def load_ahead(work: UnitOfWork, saga: str, instance_ids: Collection[str]) -> None:
    """This locks and reads many instances at once, for those who will `load` them."""
    loaded = work.put_off(Loaded, Loaded)
    unknown = [one for one in instance_ids if (saga, one) not in loaded.instances]
    for instance in _read(work.database, saga, unknown) if unknown else ():
        loaded.instances[saga, instance.instance_id] = instance


def make_ahead(
    work: UnitOfWork, saga: str, definition: Definition, instance_ids: Collection[str]
) -> None:
    """This does for many instances what `make` does for one."""
    _insert(work.database, saga, definition, sorted(instance_ids))
    load_ahead(work, saga, instance_ids)


def make(work: UnitOfWork, saga: str, definition: Definition, instance_id: str) -> Instance:
    """This gives an instance, locked; where there is none a new one, pinned to the definition.

    Two may want to be the first at one moment, such as a cancellation and the order's own
    start: the second waits here for the first, and gets what that has made.
    """
    known = load(work, saga, instance_id)
    if known is not None:
        return known
    _insert(work.database, saga, definition, [instance_id])
    made = load(work, saga, instance_id)
    assert made is not None, "it was inserted, by us or by another"
    return made


def save(work: UnitOfWork, instance: Instance, state: SagaState) -> None:
    """This writes an instance's new state, at the end of the transaction at the latest."""
    loaded = work.put_off(Loaded, Loaded)
    key = instance.saga, instance.instance_id
    loaded.instances[key] = replace(instance, state=state)
    loaded.changed.add(key)


def _insert(database: str, saga: str, definition: Definition, instance_ids: Sequence[str]) -> None:
    fresh = SagaState()
    rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(instance_ids))
    with connections[database].cursor() as cursor:
        cursor.execute(
            "INSERT INTO sagas_sagadefinition (hash, name, version, canonical)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (hash) DO NOTHING",
            [definition.hash, definition.name, definition.version, definition.canonical],
        )
        cursor.execute(
            "INSERT INTO sagas_sagainstance (saga, instance_id, definition_hash, status, state)"
            f" VALUES {rows} ON CONFLICT (saga, instance_id) DO NOTHING",
            [
                value
                for one in instance_ids
                for value in (saga, one, definition.hash, fresh.status, _text(fresh))
            ],
        )


def _read(database: str, saga: str, instance_ids: Sequence[str]) -> list[Instance]:
    # In one order: two who lock the same ones must not each wait for the other.
    if connections[database].vendor == "postgresql":
        rows = fetch(database, _READ_MANY, [saga, text_array_of(instance_ids)])
    else:
        marks = ", ".join(["%s"] * len(instance_ids))
        with connections[database].cursor() as cursor:
            cursor.execute(
                "SELECT instance_id, definition_hash, state FROM sagas_sagainstance"
                f" WHERE saga = %s AND instance_id IN ({marks})",
                [saga, *instance_ids],
            )
            rows = cursor.fetchall()
    return [
        Instance(saga, _definition(database, content_hash), instance_id, _states.decode(state))
        for instance_id, content_hash, state in rows
    ]


def _write(connection: BaseDatabaseWrapper, changed: Sequence[Instance]) -> None:
    values = [
        (one.state.status.value, _text(one.state), one.saga, one.instance_id) for one in changed
    ]
    if connection.vendor == "postgresql":
        with prepared_cursor(connection) as cursor:
            columns = zip(*values, strict=True)
            cursor.execute(_WRITE_MANY, [text_array_of(column) for column in columns])
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE sagas_sagainstance SET status = %s, state = %s,"
            f" changed_at = {now_sql(connection.alias)} WHERE saga = %s AND instance_id = %s",
            values,
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
