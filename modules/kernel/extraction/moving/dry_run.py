"""What a move would take, without moving anything."""

from __future__ import annotations

from dataclasses import dataclass

from modules.kernel.extraction.moving import rows
from modules.kernel.extraction.moving.clearing import refuse_unless_empty
from modules.kernel.extraction.moving.errors import NotReady
from modules.kernel.extraction.moving.ground import tables_of_move
from modules.kernel.extraction.moving.guards import there
from modules.kernel.extraction.moving.hearing import hearing_of
from modules.kernel.extraction.moving.log import count
from modules.kernel.extraction.moving.operating import HERE, Wanted, parameters_of, refuse_unnamed
from modules.kernel.extraction.moving.outward import refuse_if_elsewhere, refuse_unless_it_answers
from modules.kernel.extraction.moving.progress import read_progress
from modules.kernel.extraction.moving.read_models import numbers
from modules.kernel.extraction.moving.shared import check_shared
from modules.kernel.extraction.moving.sides import service_side
from modules.kernel.extraction.moving.tables import own_tables
from modules.kernel.messaging.logs import open_log
from modules.kernel.placements import EVERYBODY_KNOWS_SECONDS

#: Rows and messages in a second, copied and compared, on two slow cores; see docs/benchmarks.md.
_ROWS_A_SECOND = 25_000
_MESSAGES_A_SECOND = 8_000
#: Beside the wait for all processes to know: the last round and what is verified in it.
_LAST_ROUND_SECONDS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """This is what a move would take.

    Attributes:
        rows: by table.
        obstacle: why it cannot begin; empty if it can.
    """

    module: str
    rows: dict[str, int]
    messages: int
    copy_seconds: float
    pause_seconds: float
    obstacle: str


def dry_run(wanted: Wanted) -> Plan:
    """This checks both sides, and estimates. Raises: NotReady: it is not even known what moves."""
    refuse_unnamed(wanted)
    hearing = hearing_of(wanted.module)
    own = own_tables(wanted.module)
    obstacle, tables = "", own
    with service_side(wanted.to_database, name="the service") as service:
        try:
            parameters_of(wanted)
            check_shared(wanted.module, HERE, service)
            refuse_if_elsewhere(wanted.module, HERE, service)
            generations = numbers(wanted.module, HERE, service)
            tables = tables_of_move(wanted.module, generations, HERE, service)
            if not read_progress(service, wanted.module, "begun").upto:
                refuse_unless_empty(service, there(tables))
            refuse_unless_it_answers(wanted.module, wanted.to_service)
        except NotReady as error:
            obstacle = str(error)
    found = {table.name: rows.estimate(HERE, table) for table in tables}
    messages = count(HERE, 0, open_log(HERE.alias).head(), of=hearing)
    seconds = sum(found.values()) / _ROWS_A_SECOND + messages / _MESSAGES_A_SECOND
    return Plan(
        module=wanted.module,
        rows=found,
        messages=messages,
        copy_seconds=round(seconds, 1),
        pause_seconds=EVERYBODY_KNOWS_SECONDS + _LAST_ROUND_SECONDS,
        obstacle=obstacle,
    )
