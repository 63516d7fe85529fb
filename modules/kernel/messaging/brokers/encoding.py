"""What the data of a topic are written in: JSON, or what a schema registry describes.

`modules.kernel.schemas.registries` has the encodings with a registry behind them.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from modules.kernel.messaging.brokers.cloudevents import JSON
from modules.kernel.messaging.envelope import Envelope


class Encoding(Protocol):
    """This writes a message's data and reads them back as JSON."""

    content_type: str

    def refusal(self, envelope: Envelope) -> str | None:
        """This says why the message's data cannot be written so; None where they can."""

    def encode(self, envelope: Envelope) -> bytes:
        """This gives the data as they are sent.

        Raises:
            Undeliverable: they do not fit what describes them.
            BrokerUnavailable: it does not answer.
        """

    def decode(self, body: bytes) -> bytes:
        """This gives the JSON text of what was sent; what is not in this encoding, as it is.

        Raises:
            NotAMessage: it is, and cannot be read.
            BrokerUnavailable: what describes it does not answer.
        """


class JsonEncoding:
    """This leaves the data as they are in the log."""

    content_type = JSON

    def refusal(self, envelope: Envelope) -> str | None:
        return None

    def encode(self, envelope: Envelope) -> bytes:
        return envelope.data.encode()

    def decode(self, body: bytes) -> bytes:
        return body


_encodings: dict[str, Callable[[], Encoding]] = {}


def install_encoding(module: str, make: Callable[[], Encoding]) -> None:
    """This has a module's topic written in something other than JSON, where the broker can.

    Args:
        make: called when a transport is opened.
    """
    _encodings[module] = make


def installed_encodings() -> Mapping[str, Encoding]:
    """This gives the encodings by module."""
    return {module: make() for module, make in _encodings.items()}
