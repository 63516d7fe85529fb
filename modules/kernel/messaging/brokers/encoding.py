"""What the data of a topic are written in: JSON, or what a schema registry describes.

`modules.kernel.schemas.registries` has the encodings with a registry behind them.
"""

from typing import Protocol

from modules.kernel.messaging.brokers.cloudevents import JSON
from modules.kernel.messaging.envelope import Envelope


class Encoding(Protocol):
    """This writes a message's data and reads them back as JSON."""

    content_type: str

    def refusal(self, envelope: Envelope) -> str | None:
        """This says why the message's data cannot be written so; None where they can."""

    def encode(self, envelope: Envelope) -> bytes:
        """This gives the data as they are sent."""

    def decode(self, body: bytes) -> bytes:
        """This gives the JSON text of what was sent; what cannot be read as it is."""


class JsonEncoding:
    """This leaves the data as they are in the log."""

    content_type = JSON

    def refusal(self, envelope: Envelope) -> str | None:
        return None

    def encode(self, envelope: Envelope) -> bytes:
        return envelope.data.encode()

    def decode(self, body: bytes) -> bytes:
        return body
