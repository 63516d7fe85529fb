"""Event-sourced streams on the log: state that is derived from what happened.

    ACCOUNTS = StreamKind(module="payments", category="payments.account", aggregate=Account, …)
    store = EventStore(ACCOUNTS)
    store.change("cust-1", lambda account: account.withdraw(30_000))
    store.load_past("cust-1", at=tuesday).state.balance_minor

See `docs/event-sourcing.md` for when to use it, and what it costs.
"""

from modules.kernel.eventstore.cuts import Cut, cut
from modules.kernel.eventstore.kinds import Aggregate, StreamKind
from modules.kernel.eventstore.records import Recorded
from modules.kernel.eventstore.store import EventStore, Loaded
from modules.kernel.messaging import StreamConflict

__all__ = [
    "StreamKind",
    "Aggregate",
    "EventStore",
    "Loaded",
    "Recorded",
    "cut",
    "Cut",
    "StreamConflict",
]
