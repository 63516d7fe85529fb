"""What the kernel keeps of a module in tables that it shares with others, row by row."""

from __future__ import annotations

from modules.kernel.extraction.moving.errors import NotReady
from modules.kernel.extraction.moving.sides import Side
from modules.kernel.extraction.moving.tables import Table, table_of
from modules.kernel.readmodels import projection as read_models
from modules.kernel.readmodels.models import Generation
from modules.kernel.readmodels.projection import Projection
from modules.kernel.sagas import engine
from modules.kernel.sagas.models import SagaInstance, SagaLock, SagaLockWaiter


def kept_tables(module: str, old: Side, new: Side) -> tuple[Table, ...]:
    """This gives the kernel's tables with rows of the module: sagas, and read models."""
    return (*saga_tables(module), *read_model_tables(module, old, new))


def saga_tables(module: str) -> tuple[Table, ...]:
    """This gives the rows of the sagas that the module leads."""
    led = sorted(one.stored_as for one in engine.engines() if one.module == module)
    if not led:
        return ()
    where = f"{{row}}.saga IN ({', '.join(repr(one) for one in led)})"
    return tuple(table_of(one, where=where) for one in (SagaInstance, SagaLock, SagaLockWaiter))


def read_model_tables(module: str, old: Side, new: Side) -> tuple[Table, ...]:
    """This gives the tables of the generations that are read, which differ in their number.

    Raises:
        NotReady: one is being rebuilt.
    """
    found: list[Table] = []
    for projection in projections_of(module):
        here, there = live_number(projection, old), live_number(projection, new)
        for view in projection.tables:
            plain = table_of(view)
            found.append(
                Table(
                    name=f"{plain.name}_g{here}",
                    columns=plain.columns,
                    key=plain.key,
                    name_there=f"{plain.name}_g{there}",
                )
            )
    return tuple(found)


def projections_of(module: str) -> list[Projection]:
    """This gives the module's read models."""
    return [one for one in read_models.projections() if one.module == module]


def live_number(projection: Projection, side: Side) -> int:
    """This gives the number of the generation that is read on a side.

    Raises:
        NotReady: there is none, or one is being built.
    """
    rows = Generation.objects.using(side.alias).filter(projection=projection.name)
    if rows.filter(state=Generation.State.BUILDING).exists():
        raise NotReady(
            f"{projection.name} is being rebuilt on {side.name}: wait until "
            "`manage.py readmodels status` says that it is done"
        )
    live = rows.filter(state=Generation.State.LIVE).first()
    if live is None:
        raise NotReady(
            f"{side.name} has no read model {projection.name}: run `manage.py migrate` there"
        )
    return live.number
