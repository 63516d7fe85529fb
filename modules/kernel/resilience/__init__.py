"""Resilience: what stands between a caller and a side that may be slow, ill or gone.

    calls = resilience.pipeline("ordering", "payments.Payments")
    calls.call(lambda attempt: ask(timeout=attempt.remaining_seconds()), repeatable=True)

The policy comes from the caller's manifest. Plain functions in the caller's thread: see
`Pipeline` for the order of the parts. Built here and not on stamina or pybreaker: one call
through stamina costs more than the whole pipeline may, neither lets the clock and the
randomness be passed in, and pybreaker knows no windows.
"""

from modules.kernel.resilience.attempt import Attempt
from modules.kernel.resilience.breaker import Breaker, State
from modules.kernel.resilience.errors import (
    AttemptTimedOut,
    BulkheadFull,
    CallNotMade,
    CircuitOpen,
    DeadlineBeforeCall,
    InjectedFault,
    is_failure,
    is_transient,
)
from modules.kernel.resilience.faults import Request
from modules.kernel.resilience.pipeline import Pipeline
from modules.kernel.resilience.policy import (
    BreakerPolicy,
    BulkheadPolicy,
    FaultPolicy,
    HedgePolicy,
    Policy,
    PolicyError,
    RetryPolicy,
    read_policies,
)
from modules.kernel.resilience.registry import (
    DEFAULT,
    allow_faults,
    declare,
    forget_pipelines,
    pipeline,
    pipelines,
    policy_for,
)

__all__ = [
    "pipeline",
    "Pipeline",
    "Attempt",
    "Request",
    "CallNotMade",
    "CircuitOpen",
    "BulkheadFull",
    "DeadlineBeforeCall",
    "AttemptTimedOut",
    "InjectedFault",
    "is_failure",
    "is_transient",
    "Policy",
    "RetryPolicy",
    "BreakerPolicy",
    "BulkheadPolicy",
    "HedgePolicy",
    "FaultPolicy",
    "PolicyError",
    "read_policies",
    "DEFAULT",
    "Breaker",
    "State",
    "declare",
    "policy_for",
    "pipelines",
    "allow_faults",
    "forget_pipelines",
]
