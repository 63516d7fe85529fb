"""The write side of partners: one function a use case, one transaction each."""

from modules.partners.use_cases.endpoints import (
    add_endpoint,
    change_endpoint,
    remove_endpoint,
    rotate_secret,
)
from modules.partners.use_cases.importing import import_orders, note_line
from modules.partners.use_cases.sending import (
    note_failed_attempt,
    note_sent,
    put_on_hold,
    replay,
    tell_endpoints,
)

__all__ = [
    "add_endpoint",
    "change_endpoint",
    "rotate_secret",
    "remove_endpoint",
    "tell_endpoints",
    "note_failed_attempt",
    "note_sent",
    "put_on_hold",
    "replay",
    "import_orders",
    "note_line",
]
