"""Contracts as JSON Schema: generated, committed, and kept from breaking their consumers.

`compatible` judges one writer against one reader, `breaks` a contract against its history
in a `Mode`. ``manage.py contracts generate`` and ``check`` do it for the whole system;
``docs/contracts.md`` has the rules.
"""

from modules.kernel.schemas.compatibility import (
    Compatible,
    Incompatible,
    Unknown,
    Verdict,
    compatible,
)
from modules.kernel.schemas.modes import Break, Direction, Edition, Mode, breaks

__all__ = [
    "compatible",
    "Verdict",
    "Compatible",
    "Incompatible",
    "Unknown",
    "breaks",
    "Mode",
    "Direction",
    "Edition",
    "Break",
]
