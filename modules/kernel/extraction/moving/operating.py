"""What an operator can do with a move: begin, resume, abort, roll back, absorb, finish, look.

Called by `manage.py cutover` and `manage.py absorb`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

from modules.kernel.extraction.moving import guards, record
from modules.kernel.extraction.moving.errors import NotReady, Unreachable
from modules.kernel.extraction.moving.finishing import FINISHING, finish
from modules.kernel.extraction.moving.ground import NO_SHADOW, Shadowing, tables_of_move
from modules.kernel.extraction.moving.homeward import Homeward
from modules.kernel.extraction.moving.mover import PHASES, Mover
from modules.kernel.extraction.moving.noting import Noting
from modules.kernel.extraction.moving.outward import Outward
from modules.kernel.extraction.moving.pace import SHARE, Pace
from modules.kernel.extraction.moving.read_models import numbers
from modules.kernel.extraction.moving.record import Record, State
from modules.kernel.extraction.moving.shared import check_shared
from modules.kernel.extraction.moving.sides import SERVICE, Side, only_mover, service_side
from modules.kernel.extraction.moving.watching import Watcher
from modules.kernel.placements import (
    broker_at,
    credentials_of,
    read_placements,
    read_shadows,
    without_credentials,
)

#: The deployable that this process belongs to.
HERE = Side(alias="default", name="the database here")

_OUT, _BACK = "out", "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """This is what the operator asks for.

    Attributes:
        to_database: of the service; empty for what an earlier command said.
        deployable: what the service is called at the broker.
        shadowing: whether the service is asked along first; on the way out only.
        share: of the time in which the mover works, while the module goes on; the rest is rest.
    """

    module: str
    to_database: str = ""
    to_service: str = ""
    broker: str = ""
    deployable: str = ""
    max_pause_seconds: float = 5.0
    share: float = SHARE
    shadowing: Shadowing = NO_SHADOW


def cut_over(wanted: Wanted, watcher: Watcher) -> Record:
    """This moves a module out. Raises: MoveError."""
    parameters = parameters_of(wanted)
    with (
        service_side(wanted.to_database, name="the service") as service,
        only_mover(HERE, wanted.module),
    ):
        # Before it is recorded: what cannot begin need not be given up.
        check_shared(wanted.module, HERE, service)
        tables_of_move(wanted.module, numbers(wanted.module, HERE, service), HERE, service)
        made = record.begin(HERE, wanted.module, _OUT, phase=PHASES[0], parameters=parameters)
        _mover(made, service, wanted, watcher).run()
    return made


def parameters_of(wanted: Wanted) -> dict[str, str]:
    """This gives what a move out is recorded with. Raises: NotReady: it may not begin so."""
    _refuse_under_way(wanted.module)
    latest = record.last(HERE, wanted.module)
    if latest and latest.move.state == State.SWITCHED and latest.move.direction == _OUT:
        raise NotReady(
            f"{wanted.module} has been moved to {latest.parameters['to_service']}: --rollback "
            "brings it back, --finish ends the time in which it can"
        )
    refuse_unnamed(wanted)
    return {
        "to_database": _without_password(wanted.to_database),
        "to_service": wanted.to_service,
        "broker": _broker(wanted.broker),
        "deployable": wanted.deployable or wanted.module,
    }


def refuse_unnamed(wanted: Wanted) -> None:
    """This refuses a move out of which not all is said. Raises: NotReady."""
    for option, value in (
        ("--to-database", wanted.to_database),
        ("--to-service", wanted.to_service),
        ("--broker", wanted.broker),
    ):
        if not value:
            raise NotReady(f"say {option}: see `manage.py cutover --help`")


def roll_back(wanted: Wanted, watcher: Watcher) -> Record:
    """This moves a module back within the window, with what has changed. Raises: MoveError."""
    return _back(wanted, watcher, State.SWITCHED, absorbs=False)


def absorb(wanted: Wanted, watcher: Watcher) -> Record:
    """This moves a module back after the window, with everything. Raises: MoveError."""
    return _back(wanted, watcher, State.FINISHED, absorbs=True)


def resume(wanted: Wanted, watcher: Watcher) -> Record:
    """This goes on with the move that is under way. Raises: MoveError."""
    with _under_way(wanted, watcher) as mover:
        mover.run()
        return mover.record


def abort(wanted: Wanted, watcher: Watcher) -> Record:
    """This gives up the move that is under way. Raises: MoveError."""
    try:
        with _under_way(wanted, watcher) as mover:
            mover.abort()
            return mover.record
    except Unreachable as error:
        found = _running(wanted.module)
        if found.move.direction != _OUT:
            raise  # The module is there, and may have to be told to go on.
        lost = Side(alias=SERVICE, name="the service")
        with only_mover(HERE, wanted.module):
            found.reload()
            Outward(found, service=lost, **_manner(found, wanted, watcher)).abort_without_service(
                str(error)
            )
        return found


def finish_move(wanted: Wanted, watcher: Watcher) -> Record:
    """This ends the time in which a move can be rolled back. Raises: MoveError."""
    _refuse_under_way(wanted.module)
    found = _latest_out(wanted.module, State.SWITCHED)
    with _service_of(found, wanted) as service, only_mover(HERE, wanted.module):
        finish(found, here=HERE, service=service, watcher=watcher)
    return found


def status(module: str) -> dict[str, Any]:
    """This gives where a module is, and all moves of it."""
    placed = read_placements(HERE.alias).get(module)
    return {
        "module": module,
        "placed": placed.state.value if placed else "here",
        "url": placed.url if placed else "",
        "epoch": placed.epoch if placed else 0,
        "shadow": read_shadows(using=HERE.alias).get(module, {}),
        "writes_refused": guards.refused(HERE, module),
        "moves": [describe(one) for one in record.moves_of(HERE, module)],
    }


def latest_moves(limit: int) -> list[dict[str, Any]]:
    """This gives the latest moves of all modules, as `describe` does, the latest first."""
    return [describe(one) for one in record.moves_of(HERE, limit=limit)]


def describe(found: Record) -> dict[str, Any]:
    """This gives one move in words and numbers."""
    move = found.move
    history = found.history()
    progress = found.facts.get("progress")
    is_under_way = move.state == State.RUNNING
    return {
        "module": move.module,
        "direction": move.direction,
        "service": found.parameters["to_service"],
        "state": move.state,
        "phase": move.phase,
        "epoch": move.epoch,
        "began_at": move.began_at.isoformat(),
        "ended_at": move.ended_at.isoformat() if move.ended_at else None,
        "paused_seconds": found.facts.get("paused_seconds"),
        "progress": (
            progress if is_under_way and progress and progress["phase"] == move.phase else None
        ),
        "phases": history,
    }


def _back(wanted: Wanted, watcher: Watcher, state: State, *, absorbs: bool) -> Record:
    _refuse_under_way(wanted.module)
    out = _latest_out(wanted.module, state)
    if out.move.state == State.SWITCHED and out.move.phase == FINISHING:
        raise NotReady(
            f"what {wanted.module} had here is being emptied: --finish again ends that, and "
            f"`manage.py absorb {wanted.module}` brings everything back"
        )
    with _service_of(out, wanted) as service, only_mover(HERE, wanted.module):
        parameters = {**out.parameters, "absorbs": absorbs, "out": out.move.pk}
        made = record.begin(HERE, wanted.module, _BACK, phase=PHASES[0], parameters=parameters)
        made.tell(service_head=out.facts["service_head"], floor=out.facts["floor"])
        if not absorbs and "generations" in out.facts:
            # What is copied back is what has changed since: in these.
            made.tell(generations=out.facts["generations"])
        _mover(made, service, wanted, watcher).run()
    return made


@contextmanager
def _under_way(wanted: Wanted, watcher: Watcher) -> Iterator[Mover]:
    found = _running(wanted.module)
    with _service_of(found, wanted) as service, only_mover(HERE, wanted.module):
        found.reload()
        yield _mover(found, service, wanted, watcher)


def _mover(found: Record, service: Side, wanted: Wanted, watcher: Watcher) -> Mover:
    way = Outward if found.move.direction == _OUT else Homeward
    return way(found, service=service, **_manner(found, wanted, watcher))


def _manner(found: Record, wanted: Wanted, watcher: Watcher) -> dict[str, Any]:
    """This is how a mover works, whichever way it goes."""
    return {
        "here": HERE,
        "watcher": Noting(watcher, found),
        "max_pause_seconds": wanted.max_pause_seconds,
        "pace": Pace(wanted.share),
        "shadowing": wanted.shadowing,
    }


def _running(module: str) -> Record:
    found = record.last(HERE, module, State.RUNNING)
    if found is None:
        raise NotReady(
            f"no move of {module} is under way: see `manage.py cutover {module} --status`"
        )
    return found


@contextmanager
def _service_of(found: Record, wanted: Wanted) -> Iterator[Side]:
    stored = found.parameters["to_database"]
    if not wanted.to_database and _HIDDEN in stored:
        raise NotReady(
            "say --to-database again, with the password, which is stored nowhere: the move was "
            f"begun with {stored}"
        )
    with service_side(wanted.to_database or stored, name="the service") as service:
        yield service


def _latest_out(module: str, state: State) -> Record:
    found = record.last(HERE, module, State.SWITCHED, State.FINISHED)
    if found is None or found.move.direction != _OUT or found.move.state != state:
        why = {
            State.SWITCHED: "there is no move that could be rolled back or finished",
            State.FINISHED: "there is no finished move: within the window, --rollback brings it "
            "back",
        }[state]
        raise NotReady(f"{why}; see `manage.py cutover {module} --status`")
    return found


def _refuse_under_way(module: str) -> None:
    found = record.last(HERE, module, State.RUNNING)
    if found is not None:
        raise NotReady(
            f"a move of {module} is under way, in {found.move.phase}: --resume it, or --abort it"
        )


def _broker(url: str) -> str:
    """This gives the broker's URL as it is stored, once it is sure that all can use it so.

    Raises:
        NotReady: the processes would not have the password.
    """
    stored = without_credentials(url)
    needed = credentials_of(url)
    if needed not in ("", _OF_RABBITMQ, credentials_of(broker_at(stored, settings))):
        raise NotReady(
            "the broker's password is stored nowhere: say QUARRY_BROKER_CREDENTIALS=user:password "
            "to all processes here, and to this command, before the module moves"
        )
    return stored


_HIDDEN = "***"
#: Whom RabbitMQ and its clients take for who does not say who he is, on the machine itself.
_OF_RABBITMQ = "guest:guest"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if not parts.password:
        return url
    user = f"{parts.username or ''}:{_HIDDEN}@"
    return urlunsplit(parts._replace(netloc=user + parts.netloc.rpartition("@")[2]))
