"""The crash explorer, for tests: sagas under every kill, duplicate, delay and overtaking."""

from modules.kernel.sagas.exploring.explorer import (
    Explorer,
    Report,
    Scenario,
    Violation,
    check_end,
    messages_of,
)
from modules.kernel.sagas.exploring.schedule import ORDERED, UNORDERED, UNRELIABLE, Fault, Schedule

__all__ = [
    "Explorer",
    "Scenario",
    "messages_of",
    "check_end",
    "Report",
    "Violation",
    "Schedule",
    "Fault",
    "ORDERED",
    "UNORDERED",
    "UNRELIABLE",
]
