"""What the kernel keeps of a module in tables that it shares with others, row by row."""

from __future__ import annotations

from modules.kernel.extraction.moving.read_models import Numbers, projections_of
from modules.kernel.extraction.moving.tables import Table, table_of
from modules.kernel.sagas import engine
from modules.kernel.sagas.models import SagaInstance, SagaLock, SagaLockWaiter


def kept_tables(module: str, generations: Numbers) -> tuple[Table, ...]:
    """This gives the kernel's tables with rows of the module: sagas, and read models.

    Args:
        generations: whose rows are copied, and where to.
    """
    return (*saga_tables(module), *read_model_tables(module, generations))


def saga_tables(module: str) -> tuple[Table, ...]:
    """This gives the rows of the sagas that the module leads."""
    led = sorted(one.stored_as for one in engine.engines() if one.module == module)
    if not led:
        return ()
    where = f"{{row}}.saga IN ({', '.join(repr(one) for one in led)})"
    return tuple(table_of(one, where=where) for one in (SagaInstance, SagaLock, SagaLockWaiter))


def read_model_tables(module: str, generations: Numbers) -> tuple[Table, ...]:
    """This gives the tables of the generations that are read, which differ in their number."""
    found: list[Table] = []
    for projection in projections_of(module):
        old, new = generations[projection.name]
        for view in projection.tables:
            plain = table_of(view)
            found.append(
                Table(
                    name=f"{plain.name}_g{old}",
                    columns=plain.columns,
                    key=plain.key,
                    name_there=f"{plain.name}_g{new}",
                )
            )
    return tuple(found)
