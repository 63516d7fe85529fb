"""A projection: what is kept of messages, in tables made for questions.

    class OrderHistory(Projection):
        name, module, version = "ordering.order_history", "ordering", 1
        handles = (OrderPlaced, OrderConfirmed)
        tables = (HistoryRow,)

        def project(self, events, tables): …

The classes in `tables` are Django models with ``managed = False``: they name what queries
read, a view. Behind it stand the tables of one generation after another, made by
`generations`; `project` is given the classes of the one that it is to fill.

Source: "CQRS", G. Young (2010); "Rebuilding projections", V. Vernon (2013).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import models

from modules.kernel.contracts import contract_of
from modules.kernel.messaging.logs import databases
from modules.kernel.messaging.unit_of_work import database_of_module
from modules.kernel.readmodels.insertion import insert_rows

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """This is a message as a projection gets it."""

    event: Any
    position: int
    recorded_at: datetime
    message_id: UUID


@dataclass(frozen=True, slots=True)
class Tables:
    """These are the tables of one generation.

    Attributes:
        database: alias of the database that they are in.
    """

    database: str
    _classes: Mapping[type[models.Model], type[models.Model]] = field(repr=False)

    def __getitem__(self, model: type[M]) -> models.QuerySet[M]:
        """This gives the rows of a table, to be written and read."""
        return self.model(model)._default_manager.using(self.database)

    def locked(self, rows: Iterable[M], *, of: type[M]) -> dict[Any, M]:
        """This gives rows to be changed, by primary key, which no other log's news change now.

        Projectors of several logs work at one moment, and may have news of one row: one that is
        read elsewise, changed and written takes back what another has just made of it.

        Args:
            rows: as they are to begin with, for those that are not there yet.
        """
        # In order of the keys, inserting and locking: of two with the same rows one waits, and
        # neither waits for the other.
        wanted = sorted(rows, key=lambda row: row.pk)
        if len(databases()) > 1:
            # Made already, so that there is something to lock. With one log there is one
            # projector at a time, and it would be half of the work again for nothing.
            self[of].bulk_create(wanted, ignore_conflicts=True)
        found = self[of].select_for_update().order_by("pk").in_bulk([row.pk for row in wanted])
        return {row.pk: found.get(row.pk, row) for row in wanted}

    def insert(
        self, model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """This inserts new rows as they are: on PostgreSQL by COPY, the quickest way there is.

        Args:
            columns: names of the columns that each of `rows` has values for; all that have no
                default in the database.
        """
        insert_rows(self.database, self.model(model)._meta.db_table, columns, rows)

    def model(self, model: type[M]) -> type[M]:
        """This gives the class whose rows are in the generation's table."""
        return self._classes[model]  # type: ignore[return-value]  # made from it


class Projection:
    """This is the base of a projection; one object of it is registered.

    Attributes:
        name: ``module.what_it_shows``.
        version: to be raised when other rows would come of the same messages; the next
            rebuild then makes them.
        handles: classes of the messages that it is made of, of any module.
        tables: models of its rows, each with a primary key of its own (no serial number: two
            generations must be alike).
        personal: by table, the column that names a person and those that are erased with them.
        batch: messages in one transaction at the most; ten times as many in a rebuild.
    """

    name: ClassVar[str]
    module: ClassVar[str]
    version: ClassVar[int] = 1
    handles: ClassVar[tuple[type, ...]]
    tables: ClassVar[tuple[type[models.Model], ...]]
    personal: ClassVar[Mapping[type[models.Model], tuple[str, tuple[str, ...]]]] = {}
    batch: ClassVar[int] = 500

    def project(self, events: Sequence[Happened], tables: Tables) -> None:
        """This brings the tables up to date, in one transaction for all of `events`.

        Called again with the same ones after a failure, and for every generation: what
        comes of the messages must depend on nothing else.
        """
        raise NotImplementedError

    def published(self, events: Sequence[Happened]) -> None:
        """This tells others, once it is committed; of the generation that is read, only."""

    @property
    def database(self) -> str:
        """This is the alias of the database that has the tables."""
        elsewhere: str = settings.QUARRY_READ_DATABASE
        return elsewhere or database_of_module(self.module)

    @property
    def names(self) -> tuple[str, ...]:
        """These are the wire names of the messages."""
        return tuple(contract_of(one).name for one in self.handles)


_projections: dict[str, Projection] = {}
_of_models: dict[type[models.Model], Projection] = {}


def register(projection: Projection) -> None:
    """This makes a projection known.

    Raises:
        ValueError: another one has its name, or one of its tables cannot be rebuilt.
    """
    known = _projections.setdefault(projection.name, projection)
    if known is not projection:
        raise ValueError(f"there is a read model {projection.name!r} already")
    for table in projection.tables:
        if table._meta.managed or isinstance(table._meta.pk, models.AutoField):
            raise ValueError(
                f"{table.__qualname__} is a table of {projection.name}: it needs managed = False, "
                "since generations are made of it, and a primary key that is no serial number"
            )
        _of_models[table] = projection


def unregister(name: str) -> None:
    """This takes a projection back; for tests."""
    projection = _projections.pop(name, None)
    for table in projection.tables if projection else ():
        _of_models.pop(table, None)


def projection(name: str) -> Projection:
    """This gives one projection. Raises: LookupError: there is none of the name."""
    try:
        return _projections[name]
    except KeyError:
        known = ", ".join(sorted(_projections)) or "none"
        raise LookupError(f"there is no read model {name!r}; known: {known}") from None


def projections() -> tuple[Projection, ...]:
    """This gives all projections, sorted by name."""
    return tuple(_projections[name] for name in sorted(_projections))


def projection_of(model: type[models.Model]) -> Projection | None:
    """This gives the projection that a model's rows belong to, if any."""
    return _of_models.get(model)
