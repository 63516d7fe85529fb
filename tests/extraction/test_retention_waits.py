"""Nothing is deleted from a log that is being copied, nor from the copy before its time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from modules.kernel.extraction.moving import operating
from modules.kernel.messaging.retention import PruneRefused, prune
from tests.extraction import scene
from tests.extraction.scene import Outcome
from tests.extraction.stage import HERE, THERE, CrashAt, Stage


def test_waits_for_the_end_of_the_move(stage: Stage, unmoved: Outcome) -> None:
    assert stage.move(operating.cut_over, kill_at="copy ends") == "killed"
    with pytest.raises(CommandError, match="a move of payments is under way"):
        call_command("messages", "prune", "default", "--older-than-days", "0")
    assert stage.in_service(why_not_pruned).endswith("Prune when it is in charge here")
    assert stage.move(operating.resume) == ""

    assert why_not_pruned() == ""
    assert stage.in_service(why_not_pruned) == ""
    assert stage.in_service(scene.outcome).payments == unmoved.payments


def test_stops_in_the_middle_where_a_move_begins(stage: Stage) -> None:
    chunks = prune("default", older_than=timedelta(0))
    assert next(chunks)
    assert stage.move(operating.cut_over, kill_at="prepare ends") == "killed"
    with pytest.raises(PruneRefused):
        list(chunks)


def test_is_what_the_move_names_where_it_was_done_all_the_same(stage: Stage) -> None:
    said = stage.move_and_lose(operating.cut_over, CrashAt("copy ends", delete_here))
    assert said.startswith("Differs")
    assert "--abort" in said
    assert stage.move(operating.abort) == ""
    assert stage.move(operating.cut_over) == ""


def test_is_seen_there_before_what_was_set_aside_is_lost(stage: Stage, unmoved: Outcome) -> None:
    said = stage.move_and_lose(operating.cut_over, CrashAt("fence begins", delete_there))
    assert said.startswith("Differs")
    assert "which is not in the log of the service" in said
    assert stage.move(operating.abort) == ""
    assert stage.move(operating.cut_over) == ""

    assert stage.in_service(scene.outcome) == unmoved


def why_not_pruned() -> str:
    """This has retention delete what it may, and gives why it may not."""
    try:
        for _ in prune("default", older_than=timedelta(days=1)):
            pass
    except PruneRefused as refused:
        return refused.detail
    return ""


def delete_here() -> None:
    """This deletes the oldest message of no stream, without a word."""
    HERE.execute(
        "DELETE FROM messaging_message WHERE id ="
        " (SELECT min(id) FROM messaging_message WHERE stream IS NULL AND source = 'payments')"
    )


def delete_there() -> None:
    """This deletes what was set aside, from the copy of the log."""
    set_aside = "SELECT message_id FROM messaging_setaside"
    ids = [row[0] for row in HERE.query(set_aside)]
    assert ids
    marks = ", ".join(["%s"] * len(ids))
    THERE.execute(f"DELETE FROM messaging_message WHERE message_id IN ({marks})", ids)
