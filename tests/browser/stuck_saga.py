"""An order whose saga is stuck, in the database of a running system.

The engine gives a step up after ten silences of a minute each; that is written here as if it
had happened, on an order that has come as far: its parcel has left, and nobody heard of it.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

from playwright.sync_api import Page, expect

SAGA = "ordering.checkout"


def open_stuck(page: Page, database: Path, *, order_id: str) -> None:
    """This makes the checkout of a fulfilled order stick at its dispatch, and opens its page."""
    with closing(sqlite3.connect(database, timeout=20)) as connection, connection:
        named = (SAGA, order_id)
        (text,) = connection.execute(
            "SELECT state FROM sagas_sagainstance WHERE saga = ? AND instance_id = ?", named
        ).fetchone()
        state = json.loads(text)
        state["status"] = "stuck"
        state["steps"]["dispatch"] |= {"status": "stuck", "attempts": 10}
        del state["steps"]["fulfil"]
        connection.execute(
            "UPDATE sagas_sagainstance SET status = 'stuck', state = ?"
            " WHERE saga = ? AND instance_id = ?",
            (json.dumps(state), *named),
        )
        connection.execute(
            "UPDATE ordering_order SET status = 'confirmed' WHERE id = ?", [UUID(order_id).hex]
        )
    page.goto("/console/sagas?status=stuck")
    page.get_by_role("link", name=order_id).click()
    expect(page.get_by_role("heading", name="Dispatch waits for you")).to_be_visible()
