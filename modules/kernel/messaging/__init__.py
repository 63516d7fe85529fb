"""The message log: append in a transaction, subscribe, deliver exactly once in effect.

A use case opens a `unit_of_work`; a handler is ``handler(message, delivery)``, called in
its module's transaction. See `docs/guarantees.md` for what holds.
"""

from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.subscriptions import RetryPolicy
from modules.kernel.messaging.unit_of_work import (
    OutsideTransaction,
    StreamConflict,
    TransactionSpansModules,
    UnitOfWork,
    unit_of_work,
)

__all__ = [
    "unit_of_work",
    "UnitOfWork",
    "Delivery",
    "Envelope",
    "RetryPolicy",
    "OutsideTransaction",
    "StreamConflict",
    "TransactionSpansModules",
]
