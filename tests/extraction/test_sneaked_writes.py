"""What writes where a module was, though it has moved: refused, counted, and in nobody's way."""

from __future__ import annotations

from django.db import DatabaseError, connections

from modules.kernel.extraction.moving import operating
from modules.kernel.extraction.moving.operating import status
from modules.kernel.extraction.moving.showing import show_status
from modules.kernel.placements import is_refused_write
from tests.extraction import scene
from tests.extraction.delivering import Deliveries
from tests.extraction.scene import Outcome
from tests.extraction.stage import Stage

#: By whoever has the password of the database: a program, a console, a job that nobody remembers.
BY_HAND = {
    "a change": "UPDATE payments_payment SET refusal_detail = 'sneaked'",
    "a row less": "DELETE FROM payments_payment",
    "a row more": (
        "INSERT INTO payments_sandboxauthorisation"
        " (idempotency_key, reference, payment_token, amount_minor, currency, standing)"
        " VALUES ('sneaked', 'sneaked', 'tok_ok', 100, 'USD', 'held')"
    ),
}


def write(sql: str) -> str:
    """This executes a statement in the monolith's database, and gives why it was refused."""
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute(sql, [])
    except DatabaseError as error:
        if not is_refused_write(error):
            raise
        return str(error)
    return ""


def test_is_refused_and_reported_to_the_operator(stage: Stage, unmoved: Outcome) -> None:
    assert stage.move(operating.cut_over) == ""
    for name, sql in BY_HAND.items():
        assert "payments is being moved, or has moved" in write(sql), name
    assert not scene.try_to_deposit("sneaked")

    said = status("payments")
    if stage.databases.kind == "postgresql":
        assert said["writes_refused"] == len(BY_HAND) + 1
        assert "4 writes were refused here since the move began" in show_status(said)
    else:
        # Nothing of SQLite outlives a rollback: there it is reported to who wrote, and no further.
        assert said["writes_refused"] is None
    assert stage.in_service(scene.outcome) == unmoved


def test_is_refused_in_the_service_once_the_module_is_back(stage: Stage) -> None:
    assert stage.move(operating.cut_over) == ""
    assert stage.move(operating.roll_back) == ""
    refused = stage.in_service(lambda: [bool(write(sql)) for sql in BY_HAND.values()])
    assert refused == [True] * len(BY_HAND)
    assert write("UPDATE payments_payment SET refusal_detail = refusal_detail") == ""


def test_of_a_process_that_knows_of_no_move_is_refused(stage: Stage) -> None:
    """Code from before there were placements: it goes by its settings, which say *here*."""
    assert stage.move(operating.cut_over) == ""
    authorised = "payments_sandboxauthorisation"
    before = stage.count_here(authorised)
    assert not scene.try_to_deposit("sneaked")
    scene.place("not known of", 2)
    with Deliveries() as deliveries:
        deliveries.until_idle()
    assert stage.count_here(authorised) == before
