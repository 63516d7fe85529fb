"""What a handler is told beside the message itself."""

from dataclasses import dataclass

from modules.kernel.messaging.envelope import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """This is one delivery of a message to one consumer.

    Attributes:
        envelope: the message as it stands in the log.
        consumer: who it is delivered to.
        attempt: 1 for the first.
        request_id: the command that an answer to this message refers to; empty without one.
            A command that belongs to no request is one itself.
    """

    envelope: Envelope
    consumer: str
    attempt: int
    request_id: str

    @property
    def message_id(self) -> str:
        """This is the same on every attempt: the idempotency key for what leaves the database."""
        return str(self.envelope.message_id)
