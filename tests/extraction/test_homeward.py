"""A module comes back: with all that it has done elsewhere, and nothing is done a second time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from modules.kernel.extraction.moving import operating
from modules.kernel.placements import State, read_placements
from tests.extraction import scene
from tests.extraction.scene import Outcome
from tests.extraction.stage import Stage
from tests.faults.waiting import wait_until


def test_rolls_back_at_once(stage: Stage, unmoved: Outcome) -> None:
    assert stage.move(operating.cut_over) == ""
    assert stage.move(operating.roll_back) == ""

    assert read_placements("default")["payments"].state is State.HERE
    assert scene.outcome() == unmoved
    assert scene.seal_is_whole()


def test_rolls_back_what_was_done_elsewhere(stage: Stage, unmoved: Outcome) -> None:
    assert stage.move(operating.cut_over) == ""
    stage.in_service(scene.do_some)
    assert stage.move(operating.roll_back) == ""

    assert scene.outcome() == unmoved.with_deposit()
    assert scene.seal_is_whole()


def test_is_absorbed_when_its_tables_are_gone(stage: Stage, unmoved: Outcome) -> None:
    assert stage.move(operating.cut_over) == ""
    stage.in_service(scene.do_some)
    assert stage.move(operating.finish_move) == ""
    assert stage.count_here("payments_payment") == 0
    assert stage.move(operating.absorb) == ""

    assert scene.outcome() == unmoved.with_deposit()


def test_goes_out_again_after_it_came_back(stage: Stage, unmoved: Outcome) -> None:
    for do in (operating.cut_over, operating.roll_back, operating.cut_over):
        assert stage.move(do) == ""
    assert stage.in_service(scene.outcome) == unmoved


def test_waits_for_a_message_that_is_being_received(stage: Stage, unmoved: Outcome) -> None:
    if stage.databases.kind == "sqlite":
        pytest.skip("writers take turns there: nothing is received while the mover writes")
    assert stage.move(operating.cut_over) == ""
    stage.in_service(scene.do_some)
    with (
        closing(_receiving_a_deposit(stage)) as receiving,
        psycopg.connect(stage.databases.url("monolith"), autocommit=True) as looking,
        ThreadPoolExecutor(1) as pool,
    ):
        moving = pool.submit(stage.move, operating.roll_back)
        wait_until(
            lambda: _waits_for(looking, receiving) or moving.done(),
            what="the mover waits for who receives",
        )
        assert not moving.done(), moving.result()
        receiving.commit()
        assert moving.result() == ""

    assert scene.outcome() == unmoved.with_deposit()


def _receiving_a_deposit(stage: Stage) -> psycopg.Connection[tuple[object, ...]]:
    """This is in the middle of receiving what the service has published last, over the broker."""
    with psycopg.connect(stage.databases.url("service")) as service:
        message = service.execute(
            "SELECT message_id, source, name, schema_version, key, part, data, headers"
            " FROM messaging_message WHERE name = 'payments.money_deposited'"
            " ORDER BY id DESC LIMIT 1"
        ).fetchone()
    assert message is not None
    receiving = psycopg.connect(stage.databases.url("monolith"))
    receiving.execute(
        "INSERT INTO messaging_inbox (consumer, message_id, received_at) VALUES ('log', %s, now())",
        message[:1],
    )
    receiving.execute(
        "INSERT INTO messaging_message"
        " (message_id, source, name, schema_version, key, part, data, headers)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        message,
    )
    return receiving


def _waits_for(
    looking: psycopg.Connection[tuple[object, ...]],
    holding: psycopg.Connection[tuple[object, ...]],
) -> bool:
    found = looking.execute(
        "SELECT 1 FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))",
        [holding.info.backend_pid],
    )
    return found.fetchone() is not None
