"""A message that no handler can read, put into the log of a running system.

Writers cannot make one: what they append fits its class. So it is written past them, as a
broken program or a hand in the database would.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Page, expect

from modules.kernel.contracts import new_id
from modules.kernel.messaging.envelope import partition_of

_INSERT = (
    "INSERT INTO messaging_message (message_id, source, name, schema_version, key, part, data,"
    " headers, recorded_at, xid) VALUES (?, 'ordering', ?, 1, ?, ?, ?, '{}',"
    " strftime('%Y-%m-%d %H:%M:%f', 'now'), 0)"
)


#: Eight attempts, from 100 ms doubling.
_PARKED_WITHIN_MS = 30_000
_NAME = "payments.capture_payment"


def open_parked(page: Page, database: Path, *, key: str) -> None:
    """This waits until a torn message of the key is parked, and opens its page.

    Another one, which is whole, waits behind it.
    """
    with closing(sqlite3.connect(database, timeout=20)) as connection, connection:
        for data in ('{"order_id": 4711}', f'{{"order_id": "{key}"}}'):
            connection.execute(_INSERT, [new_id().hex, _NAME, key, partition_of(key), data])
    page.goto("/console/messages")
    page.get_by_role("link", name="1 of payments are parked").click(timeout=_PARKED_WITHIN_MS)
    page.get_by_role("link", name=_NAME).click()
    expect(page.get_by_role("heading", name=_NAME)).to_be_visible()


def drop_parked(page: Page, *, reason: str) -> None:
    """This fills in the page that asks why the message is dropped, and drops it."""
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name="Drop the message").click()
    expect(page.get_by_role("status")).to_contain_text("Dropped for payments")
