"""The commit that decides a move is under way when its connection is lost: it counts all the same.

A deferred trigger holds the commit at a gate. There the mover's connection is cut, and the gate is
opened once the mover has come back and waits.
"""

from __future__ import annotations

import os
import socket
import threading

import psycopg
import pytest
from django.db import connections

from modules.kernel.extraction.moving import guards, operating
from modules.kernel.placements import State, read_placements
from tests.extraction import scene
from tests.extraction.scene import Outcome
from tests.extraction.stage import HERE, Do, KillAt, Stage
from tests.faults.waiting import wait_until

_GATE = 4712
_HOLD = f"""
CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.phase = 'resume' AND OLD.phase = 'switch' THEN
        PERFORM pg_advisory_xact_lock_shared({_GATE});
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER wait_at_the_gate AFTER UPDATE ON extraction_move
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate()
"""


@pytest.mark.parametrize("do", [operating.cut_over, operating.roll_back])
def test_is_not_taken_for_one_that_failed(stage: Stage, unmoved: Outcome, do: Do) -> None:
    if stage.databases.kind == "sqlite":
        pytest.skip("there is no connection there that could be lost")
    if do is operating.roll_back:
        assert stage.move(operating.cut_over) == ""

    said = stage.move_and_lose(do, CutInCommit(stage.databases.url("monolith")))

    assert "OperationalError" in said
    here, there = read_placements("default")["payments"].state, stage.in_service(_placed)
    assert (here, there) != (State.HERE, State.HERE), "one has it at the most"
    assert not (_is_open() and stage.in_service(_is_open)), "one of them may be written at the most"
    assert stage.move(operating.resume) == ""
    ended_in = stage.in_service(scene.outcome) if do is operating.cut_over else scene.outcome()
    assert ended_in == unmoved


class CutInCommit(KillAt):
    """This is a watcher that cuts its mover's connection in the commit of the switch."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def reached(self, milestone: str) -> None:
        super().reached(milestone)
        if milestone != "switch begins":
            return
        gate = psycopg.connect(self._url, autocommit=True)
        gate.execute(_HOLD.encode())
        gate.execute("SELECT pg_advisory_lock(%s)", [_GATE])
        mover = connections["default"].connection
        args = (gate, mover.info.backend_pid, os.dup(mover.fileno()))
        threading.Thread(target=self._cut, args=args, daemon=True).start()

    def _cut(self, gate: psycopg.Connection[tuple[object, ...]], pid: int, fileno: int) -> None:
        def sessions(which: str) -> int:
            found = gate.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                f" AND pid <> pg_backend_pid() AND {which}",
                [pid],
            ).fetchone()
            assert found is not None
            return int(str(found[0]))

        wait_until(lambda: sessions("pid = %s AND wait_event = 'advisory'") == 1, what="it commits")
        socket.socket(fileno=fileno).shutdown(socket.SHUT_RDWR)
        waits = "wait_event_type = 'Lock' OR query LIKE '%%pg_try_advisory_lock%%'"
        wait_until(
            lambda: sessions(f"pid <> %s AND ({waits})") > 0, what="the mover is back, and waits"
        )
        gate.close()


def _placed() -> State:
    return read_placements("default")["payments"].state


def _is_open() -> bool:
    return not guards.is_closed(HERE, "payments")
