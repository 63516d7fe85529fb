"""What an operator is told: the plan of a move, where a module is, and how far a move has come."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import InterfaceError, OperationalError
from rich.console import Console

from modules.kernel.extraction.moving import operating
from modules.kernel.extraction.moving.mover import PHASES
from modules.kernel.extraction.moving.showing import Screen, told_to_operator
from modules.kernel.placements import State as Placed
from modules.kernel.placements import place
from tests.extraction.scene import ORDERS
from tests.extraction.stage import Stage


def told(*arguments: str) -> str:
    said = io.StringIO()
    call_command("cutover", "payments", *arguments, stdout=said)
    return said.getvalue()


def told_as_json(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(*arguments, "--json"))
    return found


def planning(stage: Stage, **instead: str) -> tuple[str, ...]:
    """This gives the arguments of a dry run, some of them with other values."""
    wanted = stage.wanted
    named = {
        "to-database": wanted.to_database,
        "to-service": wanted.to_service,
        "broker": wanted.broker,
    } | {name.replace("_", "-"): value for name, value in instead.items()}
    return "--dry-run", *(f"--{name}={value}" for name, value in named.items() if value)


def not_ready(*arguments: str) -> str:
    """This gives what is told of a plan that cannot be carried out."""
    said = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("cutover", "payments", *arguments, stdout=said)
    assert ended.value.code == 1
    return said.getvalue()


class TestDryRun:
    def test_says_how_much_there_is_and_what_it_takes(self, still_stage: Stage) -> None:
        text = told(*planning(still_stage))
        assert re.search(rf"^payments_payment +{ORDERS} rows$", text, re.MULTILINE)
        assert "s to copy and compare, while payments goes on; callers then wait for about" in text
        assert text.endswith("\nready\n")

    def test_says_it_to_a_script_too(self, still_stage: Stage) -> None:
        plan = told_as_json(*planning(still_stage))
        assert set(plan) == {
            *("module", "rows", "messages", "copy_seconds", "pause_seconds", "obstacle"),
        }
        assert (plan["module"], plan["obstacle"]) == ("payments", "")
        assert plan["rows"]["payments_payment"] == ORDERS
        assert plan["messages"] > ORDERS

    def test_says_what_is_in_the_way_and_ends_with_1(self, still_stage: Stage) -> None:
        there = planning(still_stage, to_database=still_stage.databases.url("monolith"))
        assert "\nnot ready: the service has rows in payments_" in not_ready(*there)
        assert "has rows in" in json.loads(not_ready(*there, "--json"))["obstacle"]

    @pytest.mark.parametrize(
        ("instead", "why"),
        [
            ({"broker": "amqp://me:secret@rabbitmq/"}, "say QUARRY_BROKER_CREDENTIALS="),
            ({"to_service": "http://127.0.0.1:9"}, "the service does not answer at http://127"),
        ],
    )
    def test_says_what_the_move_would_be_refused_for(
        self, still_stage: Stage, instead: dict[str, str], why: str
    ) -> None:
        assert why in not_ready(*planning(still_stage, **instead))

    def test_says_that_the_service_is_in_charge_already(self, still_stage: Stage) -> None:
        still_stage.in_service(lambda: place("payments", state=Placed.HERE, epoch=1))
        assert "is in charge of payments already" in not_ready(*planning(still_stage))

    @pytest.mark.parametrize("missing", ["to_database", "to_service", "broker"])
    def test_wants_all_that_the_move_wants(self, still_stage: Stage, missing: str) -> None:
        option = missing.replace("_", "-")
        with pytest.raises(CommandError, match=f"say --{option}"):
            told(*planning(still_stage, **{missing: ""}))

    def test_moves_nothing(self, still_stage: Stage) -> None:
        told(*planning(still_stage))
        assert still_stage.service_is_empty()
        assert told_as_json("--status")["moves"] == []


class TestStatus:
    def test_of_a_module_that_never_moved(self, stage: Stage) -> None:
        assert told("--status") == "payments is here (epoch 0)\n"
        assert told_as_json("--status")["placed"] == "here"

    def test_names_each_phase_of_a_move_and_where_the_module_is(self, stage: Stage) -> None:
        assert stage.move(operating.cut_over) == ""
        text = told("--status")
        assert text.startswith(f"payments is elsewhere at {stage.wanted.to_service} (epoch 2)\n")
        assert re.findall(r"^    (\S+) +\d+\.\d{3} s$", text, re.MULTILINE) == list(PHASES)
        assert re.search(r" out +switched$", text, re.MULTILINE)
        status = told_as_json("--status")
        [move] = status["moves"]
        assert (move["direction"], move["state"], move["progress"]) == ("out", "switched", None)
        assert [one["phase"] for one in move["phases"]] == list(PHASES)
        assert all(one["seconds"] is not None for one in move["phases"])
        assert 0 < move["paused_seconds"] < 30

    def test_says_how_far_a_move_came_whose_mover_is_gone(self, stage: Stage) -> None:
        assert stage.move(operating.cut_over, kill_at="block copied", nth=2) == "killed"
        text = told("--status")
        assert re.search(r"^    copy +did not end$", text, re.MULTILINE)
        assert re.search(
            rf"^    copying payments_payment: {ORDERS} of about {ORDERS}", text, re.MULTILINE
        )
        progress = told_as_json("--status")["moves"][0]["progress"]
        assert (progress["phase"], progress["done"], progress["total"]) == ("copy", ORDERS, ORDERS)

    def test_says_why_a_move_has_stopped(self, stage: Stage) -> None:
        with pytest.raises(CommandError, match="the service does not answer at"):
            told(
                *("--to-database", stage.wanted.to_database, "--broker", stage.wanted.broker),
                *("--to-service", "http://127.0.0.1:9"),
            )
        assert "NotReady: the service does not answer at http://127.0.0.1:9" in told("--status")


@pytest.mark.parametrize("lost", [OperationalError, InterfaceError])
def test_a_database_that_was_lost_on_the_way_is_told_with_what_to_do(
    lost: type[Exception],
) -> None:
    told = r"^a database does not answer: the connection is closed\. Once it does.*--resume it"
    with pytest.raises(CommandError, match=told), told_to_operator("payments"):
        raise lost("the connection is closed\n")


class TestProgress:
    def shown(self, *, terminal: bool, silent: bool = False) -> str:
        said = io.StringIO()
        now = iter(range(1_000))
        console = Console(file=said, force_terminal=terminal, width=100, quiet=silent)
        with Screen(silent=silent, console=console, clock=lambda: float(next(now))) as screen:
            screen.began("copy")
            for done in (0, 5_000, 10_000):
                screen.progress("copying payments_payment", done=done, total=40_000)
        return said.getvalue()

    def test_is_a_bar_with_an_estimate_on_a_terminal(self) -> None:
        text = self.shown(terminal=True)
        assert "copying payments_payment" in text
        assert "10000/40000" in text
        assert re.search(r"0:00:\d\d", text)

    def test_is_a_line_a_phase_in_a_file(self) -> None:
        assert self.shown(terminal=False) == "copy\n"

    def test_is_silent_for_a_script(self) -> None:
        assert self.shown(terminal=True, silent=True) == ""
