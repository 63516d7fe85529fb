"""How much there is to move: the module's tables, and its messages in the log."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import DatabaseError, connections
from django.db.models import Q

from modules.kernel.manifests import Manifest
from modules.kernel.messaging.models import Message
from modules.kernel.messaging.unit_of_work import database_of_module

#: What a copy moves in a second, at least, from PostgreSQL to PostgreSQL on two shared cores.
ROWS_A_SECOND = 20_000
BYTES_A_SECOND = 10_000_000
MESSAGES_A_SECOND = 5_000
#: What the pause is made of, whatever the size: every process learns of it, what is under way
#: ends, the last changes are copied and compared.
PAUSE_SECONDS = (0.4, 2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """This is one table of the module; `size_bytes` is None where the database does not tell."""

    name: str
    rows: int
    size_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """This is what there is to move.

    Attributes:
        messages: of the log, that the module has sent or handles.
    """

    tables: tuple[Table, ...]
    messages: int

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def size_bytes(self) -> int:
        return sum(table.size_bytes or 0 for table in self.tables)

    @property
    def copy_seconds(self) -> float:
        """This is an estimate, by the rates above: those of your machines are others."""
        of_tables = max(self.rows / ROWS_A_SECOND, self.size_bytes / BYTES_A_SECOND)
        return of_tables + self.messages / MESSAGES_A_SECOND


def sizes(manifest: Manifest) -> Sizes:
    """This counts, in the module's database; a large table is counted by its statistics."""
    alias = database_of_module(manifest.name)
    prefix = f"{manifest.name}_"
    there = [
        name for name in connections[alias].introspection.table_names() if name.startswith(prefix)
    ]
    handled = Q(source=manifest.name) | Q(name__in=manifest.consumes)
    return Sizes(
        tables=tuple(_tables(alias, sorted(there))),
        messages=Message.objects.using(alias).filter(handled).count(),
    )


def _tables(alias: str, names: Iterable[str]) -> Iterable[Table]:
    connection = connections[alias]
    for name in names:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT reltuples, pg_total_relation_size(oid) FROM pg_class"
                    " WHERE oid = %s::regclass",
                    [name],
                )
                estimated, size = cursor.fetchone()
                # Never analysed, or so small that counting is quicker than being wrong.
                rows = int(estimated) if estimated > 1_000_000 else _count(alias, name)
                yield Table(name=name, rows=rows, size_bytes=size)
            else:
                yield Table(name=name, rows=_count(alias, name), size_bytes=_pages(alias, name))


def _count(alias: str, name: str) -> int:
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")
        counted: int = cursor.fetchone()[0]
        return counted


def _pages(alias: str, name: str) -> int | None:
    """This gives the bytes of a table in SQLite, with its indexes; not every build can tell."""
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT sum(pgsize) FROM dbstat WHERE name IN"
                " (SELECT name FROM sqlite_master WHERE tbl_name = %s)",
                [name],
            )
            found = cursor.fetchone()[0]
            return None if found is None else int(found)
    except DatabaseError:
        return None
