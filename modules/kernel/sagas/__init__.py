"""Sagas: local transactions in a row, and what undoes them when one fails.

A saga is a definition, not code (`Saga`): what to ask of whom, what counts as success,
how to undo it. A pure function decides what comes next (`decide`); the engine runs it on
the log, so that a process killed anywhere changes nothing of how it ends (P5).

Source: H. Garcia-Molina and K. Salem, "Sagas" (SIGMOD 1987); C. Richardson,
"Microservices Patterns" (2018), chapter 4.
"""

from modules.kernel.sagas.definition import Definition, OnTimeout, Retry, Step
from modules.kernel.sagas.engine import PastPivot, UnknownSaga, request_cancel
from modules.kernel.sagas.language import Saga, command, local, semantic_lock, unchanged
from modules.kernel.sagas.linter import UnsoundSaga
from modules.kernel.sagas.references import I
from modules.kernel.sagas.state import Failure, SagaState, SagaStatus, StepStatus

__all__ = [
    "Saga",
    "command",
    "local",
    "I",
    "Retry",
    "OnTimeout",
    "semantic_lock",
    "unchanged",
    "UnsoundSaga",
    "Definition",
    "Step",
    "Failure",
    "SagaState",
    "SagaStatus",
    "StepStatus",
    "request_cancel",
    "PastPivot",
    "UnknownSaga",
]
