"""What is moved row by row: a module's own tables, and its rows of tables that the kernel keeps."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps  # noqa: TID251  # the module is what a person has named
from django.db import connections
from django.db.models import CompositePrimaryKey, Model

from modules.kernel.extraction.moving.errors import NotReady
from modules.kernel.extraction.moving.sides import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """This is a table whose rows move, or those of its rows that a condition takes in.

    Attributes:
        name: where the rows are now.
        columns: all that are stored, in the order in which they are compared.
        key: the column of the primary key.
        where: which rows, as SQL with ``{row}`` for the row; empty for all.
        name_there: where the rows go, if the table has another name there.
        serial: the key is a serial number, whose sequence goes along.
    """

    name: str
    columns: tuple[str, ...]
    key: str
    where: str = ""
    name_there: str = ""
    serial: bool = False

    @property
    def target(self) -> str:
        return self.name_there or self.name

    def chosen(self, row: str) -> str:
        """This is the condition for a row under a name, ready for ``AND``."""
        return self.where.format(row=row) if self.where else "true"


def table_of(model: type[Model], *, where: str = "", key: str = "") -> Table:
    """This describes a model's table.

    Raises:
        NotReady: its rows are not told apart by one column.
    """
    fields = [field for field in model._meta.local_concrete_fields if field.column]
    pk = model._meta.pk
    if isinstance(pk, CompositePrimaryKey):
        raise NotReady(
            f"the primary key of {model._meta.db_table} is of several columns "
            f"({', '.join(pk.field_names)}), and a move notes and copies rows by one: give it a "
            "serial number as its primary key, and a unique constraint over these"
        )
    return Table(
        name=model._meta.db_table,
        columns=tuple(str(field.column) for field in fields),
        key=key or str(pk.column),
        where=where,
        serial=pk.get_internal_type().endswith("AutoField"),
    )


def own_tables(module: str) -> tuple[Table, ...]:
    """This gives the tables of a module's models, those that others refer to first.

    Raises:
        NotReady: the module is not installed here, or has none.
    """
    try:
        config = apps.get_app_config(module)
    except LookupError:
        raise NotReady(
            f"{module} is not installed here: run this in the environment of the deployable "
            "that it is to leave"
        ) from None
    models = [one for one in config.get_models(include_auto_created=True) if one._meta.managed]
    if not models:
        raise NotReady(f"{module} owns no tables: run it elsewhere with QUARRY_MODULES, at once")
    return tuple(table_of(one) for one in _parents_first(models))


def check_alike(tables: tuple[Table, ...], old: Side, new: Side) -> None:
    """This refuses to move between schemas that differ.

    Raises:
        NotReady: a table or a column is missing.
    """
    for table in tables:
        there, here = _columns(new, table.target), _columns(old, table.name)
        if there is None:
            raise NotReady(
                f"{new.name} has no table {table.target}: run `manage.py migrate` there first"
            )
        missing = set(table.columns) - there | set(table.columns) - (here or set())
        extra = there - set(table.columns)
        if missing or extra:
            columns = ", ".join(sorted(missing | extra))
            raise NotReady(
                f"{table.target} is not the same on both sides ({columns}): migrate both to the "
                "same version of the module first"
            )


def _columns(side: Side, table: str) -> set[str] | None:
    if table not in side.tables():
        return None
    connection = connections[side.alias]
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
    return {column.name for column in found}


def _parents_first(models: list[type[Model]]) -> list[type[Model]]:
    ordered: list[type[Model]] = []

    def add(model: type[Model], under: frozenset[type[Model]]) -> None:
        if model in ordered or model in under:
            return
        for field in model._meta.local_concrete_fields:
            related = field.related_model
            if isinstance(related, type) and related in models:
                add(related, under | {model})
        ordered.append(model)

    for model in models:
        add(model, frozenset())
    return ordered
