"""The words contracts are written in: plain Python, no Django.

Everything a module publishes (events, commands, interfaces, errors) is declared
with what this package offers, and nothing else; so a contract can be imported
by any other module, by a test, or by a service that knows nothing of Django.
"""

from modules.kernel.contracts.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    Unavailable,
)
from modules.kernel.contracts.identifiers import new_id
from modules.kernel.contracts.interfaces import (
    InterfaceContract,
    Repeating,
    idempotent,
    interface,
    interface_of,
    repeating_of,
    safe,
)
from modules.kernel.contracts.messages import (
    Kind,
    MessageContract,
    command,
    contract_of,
    event,
)
from modules.kernel.contracts.money import CurrencyMismatch, Money
from modules.kernel.contracts.personal import ERASED, Personal, personal_fields
from modules.kernel.contracts.principals import ANONYMOUS, Principal, PrincipalKind
from modules.kernel.contracts.upcasting import Upcast, Upcaster, upcaster, upcaster_of

__all__ = [
    "event",
    "command",
    "interface",
    "safe",
    "idempotent",
    "Kind",
    "MessageContract",
    "contract_of",
    "InterfaceContract",
    "interface_of",
    "Repeating",
    "repeating_of",
    "upcaster",
    "Upcast",
    "Upcaster",
    "upcaster_of",
    "Money",
    "CurrencyMismatch",
    "Personal",
    "ERASED",
    "personal_fields",
    "Principal",
    "PrincipalKind",
    "ANONYMOUS",
    "new_id",
    "Problem",
    "Invalid",
    "NotFound",
    "Conflict",
    "Forbidden",
    "Unavailable",
]
