"""The page of moves: where modules run, what is being moved, and what was."""

import msgspec
import pytest
from django.test import Client
from django.utils import timezone

from modules.kernel.extraction.models import Move, MovePhase
from modules.kernel.placements import ShadowOutcome, note_shadow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_modules")]


def move(state: str, **values: object) -> Move:
    """This is a move of payments as a mover records it."""
    parameters = {"to_service": "https://payments.internal:8443", "to_database": "postgres://db2/p"}
    return Move.objects.create(
        **{
            "module": "payments",
            "direction": "out",
            "state": state,
            "phase": "watch",
            "epoch": 3,
            "parameters": msgspec.json.encode(parameters).decode(),
            **values,
        }
    )


def test_says_where_modules_run_and_that_nothing_has_moved(client: Client) -> None:
    page = client.get("/console/moves").text
    assert page.count("this process") > 1
    assert "Nothing has moved yet" in page


def test_shows_how_far_a_move_is_and_how_long_the_rest_takes(client: Client) -> None:
    progress = {"what": "copying payments_payment", "done": 40_000, "total": 100_000}
    facts = {"progress": {**progress, "phase": "copy", "seconds_left": 12.4}}
    made = move("running", phase="copy", facts=msgspec.json.encode(facts).decode())
    MovePhase.objects.create(move=made, name="copy")
    page = client.get("/console/moves").text
    assert "Payments moves out" in page
    assert "copying payments_payment: 40000 of about 100000, about 12 s left" in page
    assert '<progress aria-label="copying payments_payment" max="100000" value="40000">' in page
    assert "Stopped" not in page


def test_shows_why_a_move_has_stopped(client: Client) -> None:
    made = move("running", phase="catch-up")
    MovePhase.objects.create(move=made, name="drain", note="TookTooLong: <the relay> is late")
    page = client.get("/console/moves").text
    assert "Stopped" in page
    assert "TookTooLong: &lt;the relay&gt; is late" in page
    assert "<progress" not in page


def test_shows_the_moves_there_were(client: Client) -> None:
    now = timezone.now()
    made = move("switched", ended_at=now, facts='{"paused_seconds": 0.612}')
    MovePhase.objects.create(move=made, name="fence", ended_at=now)
    move("aborted", direction="back", ended_at=now)
    page = client.get("/console/moves").text
    assert "https://payments.internal:8443" in page
    assert "0.61 s" in page
    assert '<span class="badge badge-good">Switched</span>' in page
    assert '<span class="badge badge-warn">Aborted</span>' in page
    assert "db2" not in page


def test_shows_what_came_of_questions_asked_of_both(client: Client) -> None:
    assert "Questions asked of both" not in client.get("/console/moves").text
    note_shadow("payments", "status", ShadowOutcome.SAME, count=41)
    note_shadow("payments", "status", ShadowOutcome.DIFFERENT, example="payments/Payments/status")
    page = client.get("/console/moves").text
    assert '<td class="mono">status</td><td class="number">41</td>' in page
    assert '<span class="badge badge-bad">1</span>' in page
