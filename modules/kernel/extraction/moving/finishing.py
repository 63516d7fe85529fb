"""The end of the window: a module that has moved out cannot be rolled back any more."""

from __future__ import annotations

from modules.kernel.extraction.moving import deliveries, guards, rows
from modules.kernel.extraction.moving.hearing import hearing_of
from modules.kernel.extraction.moving.kept import kept_tables
from modules.kernel.extraction.moving.read_models import Numbers, begin_anew, numbers
from modules.kernel.extraction.moving.record import Record, State
from modules.kernel.extraction.moving.sides import Side
from modules.kernel.extraction.moving.tables import own_tables
from modules.kernel.extraction.moving.watching import Watcher

#: A move whose window is being ended: what is empty here can only be absorbed any more.
FINISHING = "finish"


def finish(found: Record, *, here: Side, service: Side, watcher: Watcher) -> None:
    """This empties the module's tables here, which nobody reads, and stops noting in the service.

    The guards stay, and refuse whoever would write here all the same. The log stays as it is.
    """
    module = found.move.module
    with found.phase(FINISHING):
        generations = found.facts.get("generations") or numbers(module, here, service)
        _finish(module, generations, here, service, watcher)
    found.end(State.FINISHED)


def _finish(module: str, generations: Numbers, here: Side, service: Side, watcher: Watcher) -> None:
    tables = (*own_tables(module), *kept_tables(module, generations))
    guards.remove(service, module, guards.names(guards.there(tables)))
    watcher.reached("service unguarded")
    for table in reversed(tables):
        while True:
            end = rows.end_of_block(here, table, "", size=5_000)
            if end is None:
                break
            with guards.passing(here, module):
                rows.delete_until(here, table, end)
            watcher.reached("block deleted")
    begin_anew(module, here)
    hearing = hearing_of(module)
    with here.transaction():
        deliveries.forget_partitions(here, hearing)
