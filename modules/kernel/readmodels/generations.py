"""Generations: the tables behind the views that queries read, made, switched and dropped.

Called by `projector`, `rebuild` and after each `migrate`. A generation's tables are made
from the models of the code that fills them, so they need no migrations; to change them is to
rebuild. DDL is transactional on PostgreSQL and SQLite: a switch is seen whole or not at all.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.apps.registry import Apps
from django.db import connections, models, transaction
from django.db.migrations.state import ModelState

from modules.kernel.messaging.logs import databases
from modules.kernel.messaging.writer_turn import writer_turn
from modules.kernel.readmodels.models import Checkpoint, Generation
from modules.kernel.readmodels.projection import Projection, Tables

State = Generation.State

#: How long a switch waits for queries that are still reading; it fails then, and changes nothing.
LOCK_SECONDS = 5.0


def ensure(projection: Projection) -> None:
    """This makes the first generation of a read model that has none, and reads it.

    Those that there are get a checkpoint in each log that has come since: a module may have been
    given a database of its own.
    """
    database = projection.database
    found = Generation.objects.using(database).filter(projection=projection.name)
    pairs = set(found.values_list("pk", "checkpoints__source"))
    if pairs:
        missing = {(pk, source) for pk, _ in pairs for source in databases()} - pairs
        if missing:
            with writer_turn(database), transaction.atomic(using=database):
                Checkpoint.objects.using(database).bulk_create(
                    (Checkpoint(generation_id=pk, source=source) for pk, source in missing),
                    ignore_conflicts=True,  # Each follower of the read model comes by here.
                )
        return
    with writer_turn(database), transaction.atomic(using=database):
        _forget(projection)
        generation = make(projection, number=1, state=State.LIVE)
        point_views(projection, generation)


def make(projection: Projection, *, number: int, state: str) -> Generation:
    """This makes empty tables for a generation, inside the caller's transaction."""
    database = projection.database
    generation = Generation.objects.using(database).create(
        projection=projection.name, number=number, version=projection.version, state=state
    )
    Checkpoint.objects.using(database).bulk_create(
        Checkpoint(generation=generation, source=source) for source in databases()
    )
    present = set(connections[database].introspection.table_names())
    for model in _classes(projection, number).values():
        if model._meta.db_table in present:
            # Left by a test whose rows of `Generation` were flushed: emptied is as good as new.
            model._default_manager.using(database).all().delete()
        else:
            _create_table(database, model)
    return generation


def drop(projection: Projection, generation: Generation) -> None:
    """This drops the tables of a generation that is not read."""
    database = projection.database
    with writer_turn(database), transaction.atomic(using=database):
        # First the checkpoint, as a projector takes it first: the other way round the two could
        # come to wait for one another.
        generation.delete()
        for model in _classes(projection, generation.number).values():
            _execute(database, f"DROP TABLE IF EXISTS {_quoted(database, model)}")


def point_views(projection: Projection, generation: Generation) -> None:
    """This has queries read a generation from the commit on."""
    database = projection.database
    if connections[database].vendor == "postgresql":
        # Who reads the view holds a switch up, and those who come later wait behind the switch.
        _execute(database, f"SET LOCAL lock_timeout = '{LOCK_SECONDS:g}s'")
    for view, model in _classes(projection, generation.number).items():
        name = connections[database].ops.quote_name(view._meta.db_table)
        _execute(database, f"DROP VIEW IF EXISTS {name}")
        _execute(database, f"CREATE VIEW {name} AS SELECT * FROM {_quoted(database, model)}")


def live(projection: Projection) -> Generation:
    """This gives the generation that is read."""
    return Generation.objects.using(projection.database).get(
        projection=projection.name, state=State.LIVE
    )


def of(projection: Projection) -> Iterator[Generation]:
    """This gives all generations, the newest first."""
    yield from (
        Generation.objects.using(projection.database)
        .filter(projection=projection.name)
        .order_by("-number")
    )


def tables_of(projection: Projection, generation: Generation) -> Tables:
    """This gives the classes with which a generation's tables are written."""
    return tables(projection, generation.number)


def tables(projection: Projection, number: int) -> Tables:
    """This gives the same by the generation's number."""
    return Tables(projection.database, _classes(projection, number))


@lru_cache(maxsize=256)
def _classes(projection: Projection, number: int) -> dict[type[models.Model], type[models.Model]]:
    return {view: _class(view, number) for view in projection.tables}


def _class(view: type[models.Model], number: int) -> type[models.Model]:
    """This makes the model of one generation's table, in a registry of its own."""
    state = ModelState.from_model(view)
    options: dict[str, Any] = {**state.options, "managed": True}
    options["db_table"] = f"{view._meta.db_table}_g{number}"
    # Names of indexes are of the schema, not of the table.
    for kind in ("indexes", "constraints"):
        options[kind] = [_renamed(one, number) for one in options.get(kind, ())]
    state.options = options
    made: type[models.Model] = state.render(Apps())
    return made


def _create_table(database: str, model: type[models.Model]) -> None:
    """This makes a table with its indexes, as a migration would, in the open transaction."""
    connection = connections[database]
    # Not entered: on SQLite that would ask for a transaction of its own, which only altering
    # a table needs.
    editor = connection.SchemaEditorClass(connection, collect_sql=True, atomic=False)
    editor.deferred_sql = []
    editor.create_model(model)
    for statement in [*editor.collected_sql, *map(str, editor.deferred_sql)]:
        _execute(database, statement)


def _renamed(index: Any, number: int) -> Any:
    renamed = index.clone()
    renamed.name = f"{renamed.name}_g{number}"
    return renamed


def _forget(projection: Projection) -> None:
    """This drops what a flushed test has left beyond the first generation."""
    database = projection.database
    for view in projection.tables:
        name = view._meta.db_table
        _execute(database, f"DROP VIEW IF EXISTS {connections[database].ops.quote_name(name)}")
        for table in connections[database].introspection.table_names():
            if table.startswith(f"{name}_g") and table != f"{name}_g1":
                _execute(database, f"DROP TABLE {connections[database].ops.quote_name(table)}")


def _quoted(database: str, model: type[models.Model]) -> str:
    return connections[database].ops.quote_name(model._meta.db_table)


def _execute(database: str, statement: str) -> None:
    with connections[database].cursor() as cursor:
        cursor.execute(statement)
