"""Published interfaces: how one module asks another a question.

A module provides an object for a Protocol of its contracts when it registers;
a caller writes ``interfaces.get(Payments)`` and gets something that satisfies the
Protocol. Where the provider runs is not the caller's business: it is the object itself, the
object behind encode and decode, or another process. See docs/topologies.md.
"""

from modules.kernel.interfaces.callers import allow, callers_of
from modules.kernel.interfaces.calls import (
    Call,
    answer_within,
    ask_as,
    asked_by,
    current_call,
    current_principal,
    within,
)
from modules.kernel.interfaces.errors import (
    AnswerLost,
    CallRefused,
    NotHere,
    NotReached,
    ProviderFailed,
    RemoteCallError,
)
from modules.kernel.interfaces.locations import (
    Binding,
    Configured,
    Location,
    Locations,
)
from modules.kernel.interfaces.placed import Placed
from modules.kernel.interfaces.registry import (
    AskedInTransaction,
    NotProvided,
    get,
    provide,
    provided,
)
from modules.kernel.interfaces.wiring import Wiring, location_of, use, wired, work_with

__all__ = [
    "get",
    "provide",
    "provided",
    "NotProvided",
    "AskedInTransaction",
    "RemoteCallError",
    "NotReached",
    "AnswerLost",
    "NotHere",
    "CallRefused",
    "ProviderFailed",
    "within",
    "current_call",
    "current_principal",
    "asked_by",
    "ask_as",
    "answer_within",
    "Call",
    "Binding",
    "Location",
    "Locations",
    "Configured",
    "Placed",
    "location_of",
    "use",
    "allow",
    "callers_of",
    "Wiring",
    "wired",
    "work_with",
]
