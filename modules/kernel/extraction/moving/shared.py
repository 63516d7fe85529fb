"""What both deployables must agree on, and what the kernel keeps that is copied as a whole."""

from __future__ import annotations

from django.conf import settings

from modules.kernel.eventstore.carrying import carry_erasures
from modules.kernel.extraction.moving.errors import NotReady
from modules.kernel.extraction.moving.kept import saga_tables
from modules.kernel.extraction.moving.sides import Side, portions
from modules.kernel.messaging.logs import databases
from modules.kernel.sagas import engine

_SNAPSHOTS = "SELECT stream, code, stream_version, state FROM eventstore_snapshot"
_PUT_SNAPSHOT = (
    "INSERT INTO eventstore_snapshot (stream, code, stream_version, state)"
    " VALUES (%s, %s, %s, %s) ON CONFLICT (stream, code) DO UPDATE SET"
    " stream_version = excluded.stream_version, state = excluded.state"
    " WHERE eventstore_snapshot.stream_version < excluded.stream_version"
)
_PUT_DEFINITION = (
    "INSERT INTO sagas_sagadefinition (hash, name, version, canonical, first_used_at)"
    " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (hash) DO NOTHING"
)


def check_shared(module: str, here: Side, service: Side) -> None:
    """This refuses what a move cannot do.

    Raises:
        NotReady: with what to do instead.
    """
    if len(databases()) > 1:
        raise NotReady(
            f"{module} reads several logs here ({', '.join(databases())}): a module can be moved "
            "out of a deployable with one database only; see docs/extraction.md"
        )
    if settings.QUARRY_READ_DATABASE:
        raise NotReady(
            "read models have a database of their own here (READ_DATABASE_URL), which stays: "
            "keep them with their modules first"
        )
    if settings.QUARRY_CHOREOGRAPHED_SAGAS:
        raise NotReady(
            "sagas that nobody leads need all their modules on one log: empty "
            "QUARRY_CHOREOGRAPHED_SAGAS first"
        )
    leaders = {one.module for one in engine.engines()}
    if module in leaders and len(leaders) > 1:
        raise NotReady(
            f"{', '.join(sorted(leaders))} lead sagas in one table, whose rows have one series of "
            "numbers: a module that leads sagas can be moved if no other here does"
        )
    if here.is_postgresql:
        collation = "SELECT datcollate FROM pg_database WHERE datname = current_database()"
        if here.value(collation) != service.value(collation):
            raise NotReady(
                f"text is ordered by {here.value(collation)} here and by "
                f"{service.value(collation)} on {service.name}: make its database with the same "
                "LC_COLLATE"
            )
    if "extraction_progress" not in service.tables():
        raise NotReady(f"{service.name} is empty: run `manage.py migrate` there first")


def copy_shared(module: str, old: Side, new: Side) -> None:
    """This copies definitions of sagas, and who was erased: few, and all must be there."""
    with new.transaction():
        if saga_tables(module):
            rows = old.query(
                "SELECT hash, name, version, canonical, first_used_at FROM sagas_sagadefinition"
            )
            new.execute_many(_PUT_DEFINITION, rows)
        carry_erasures(old.alias, new.alias)


def copy_snapshots(module: str, old: Side, new: Side) -> None:
    """This copies snapshots of streams. They may be old: a stream is read from there on."""
    streams = [
        row[0] for row in old.query("SELECT stream FROM eventstore_snapshot ORDER BY stream")
    ]
    for some in portions(streams):
        marks = ", ".join(["%s"] * len(some))
        rows = old.query(
            f"{_SNAPSHOTS} s WHERE stream IN ({marks}) AND EXISTS (SELECT 1 FROM"
            " messaging_message m WHERE m.stream = s.stream AND m.stream_version = 1"
            " AND m.source = %s)",
            [*some, module],
        )
        with new.transaction():
            new.execute_many(_PUT_SNAPSHOT, rows)
