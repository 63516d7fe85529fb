"""What a command of a saga is called, so that its answer finds the way back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

_NAMESPACE = uuid.UUID("6b1d7a52-3c0e-5f5e-9d51-4b6a0f7d2c11")


@dataclass(frozen=True, slots=True)
class Request:
    """This is a step, or its undo, of one instance: the same on every attempt."""

    saga: str
    instance_id: str
    step: str
    undo: bool

    def __str__(self) -> str:
        return f"{self.saga}/{self.instance_id}/{self.step}/{'undo' if self.undo else 'do'}"

    @classmethod
    def parse(cls, text: str) -> Request | None:
        """This reads a request id; None when it is not one of a saga."""
        saga, _, rest = text.partition("/")
        parts = rest.rsplit("/", 2)
        if len(parts) != 3 or parts[2] not in ("do", "undo"):
            return None
        return cls(saga, parts[0], parts[1], parts[2] == "undo")

    def message_id(self, attempt: int) -> uuid.UUID:
        """This is the id of the message that carries one attempt."""
        return uuid.uuid5(_NAMESPACE, f"{self}/{attempt}")

    def timer_id(self, attempt: int) -> uuid.UUID:
        """This is the id of the reminder that belongs to one attempt."""
        return uuid.uuid5(_NAMESPACE, f"{self}/{attempt}/timer")
