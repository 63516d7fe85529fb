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
from tests.extraction.scene import ORDERS
from tests.extraction.stage import Stage


def told(*arguments: str) -> str:
    said = io.StringIO()
    call_command("cutover", "payments", *arguments, stdout=said)
    return said.getvalue()


def told_as_json(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(*arguments, "--json"))
    return found


class TestDryRun:
    def test_says_how_much_there_is_and_what_it_takes(self, stage: Stage) -> None:
        text = told("--dry-run", "--to-database", stage.wanted.to_database)
        assert re.search(rf"^payments_payment +{ORDERS} rows$", text, re.MULTILINE)
        assert "s to copy and compare, while payments goes on; callers then wait for about" in text
        assert text.endswith("\nready\n")

    def test_says_it_to_a_script_too(self, stage: Stage) -> None:
        plan = told_as_json("--dry-run", "--to-database", stage.wanted.to_database)
        assert set(plan) == {
            *("module", "rows", "messages", "copy_seconds", "pause_seconds", "obstacle"),
        }
        assert (plan["module"], plan["obstacle"]) == ("payments", "")
        assert plan["rows"]["payments_payment"] == ORDERS
        assert plan["messages"] > ORDERS

    def test_says_what_is_in_the_way(self, stage: Stage) -> None:
        there = ("--dry-run", "--to-database", stage.databases.url("monolith"))
        assert "\nnot ready: the service has rows in payments_" in told(*there)
        assert "has rows in" in told_as_json(*there)["obstacle"]

    def test_moves_nothing(self, stage: Stage) -> None:
        told("--dry-run", "--to-database", stage.wanted.to_database)
        assert stage.service_is_empty()
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
