"""Emptying a service's database of what a move has brought, or left behind."""

from __future__ import annotations

from collections.abc import Sequence

from modules.kernel.extraction.moving import guards, rows
from modules.kernel.extraction.moving.deliveries import drop_set_asides
from modules.kernel.extraction.moving.errors import NotReady
from modules.kernel.extraction.moving.hearing import Hearing
from modules.kernel.extraction.moving.read_models import begin_anew
from modules.kernel.extraction.moving.sides import Side
from modules.kernel.extraction.moving.tables import Table

#: What a log consists of, and what goes with it.
_OF_THE_LOG = (
    "messaging_position",
    "messaging_message",
    "messaging_inbox",
    "messaging_scheduled",
    "messaging_partition",
    "messaging_worker",
    "messaging_handled",
    "extraction_carried",
    "extraction_held",
    "eventstore_chainblock",
    "eventstore_snapshot",
    "eventstore_subjectkey",
)


def refuse_unless_empty(service: Side, tables: Sequence[Table]) -> None:
    """This refuses a database that has data which no move has brought.

    Raises:
        NotReady: it says in which table.
    """
    for name in [*(table.name for table in tables), "messaging_message"]:
        if service.value(f"SELECT 1 FROM {name} LIMIT 1") is not None:
            raise NotReady(
                f"{service.name} has rows in {name} already, which no move has brought there: give "
                "--to-database an empty database, or empty it (`manage.py flush` there)"
            )


def clear_service(module: str, service: Side, hearing: Hearing, tables: Sequence[Table]) -> None:
    """This empties it, however far a move had come; whose move it is stays noted.

    The log goes as a whole: a service has one module, and nothing else has written to it.

    Args:
        tables: as they are there.
    """
    guards.remove(service, module, guards.names(tables))
    begin_anew(module, service)
    with service.transaction():
        for table in reversed(guards.there(tables)):
            rows.delete_all(service, table)
        drop_set_asides(service, hearing)
        for name in _OF_THE_LOG:
            service.execute(f"DELETE FROM {name}")
