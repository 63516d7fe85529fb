"""What the messaging kernel needs of a broker, whatever it is.

    BrokerError
    ├── BrokerUnavailable      it is away, or did not confirm: the same again later
    │   └── NobodyListens      a command whose receiver has never been there: start it
    ├── Undeliverable          the message cannot go over this broker, now or later
    ├── NotAMessage            what was received is no message of ours
    └── BadBrokerUrl           the setting is wrong

`Publisher` and `Receiver` are the two halves; an object of either is used by one thread.
The same suite tries every transport (``make test-brokers``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from modules.kernel.messaging.envelope import Envelope


class BrokerError(Exception):
    """This is the root of what goes wrong with a broker."""


class BrokerUnavailable(BrokerError):
    """This says that the broker did not confirm: some, all or none of it may have arrived."""


class NobodyListens(BrokerUnavailable):
    """This says that no deployable has a queue for a command; start the one that handles it."""


class Undeliverable(BrokerError):
    """This says that a message cannot go over this broker, however often it is tried."""


class NotAMessage(BrokerError, ValueError):
    """This says why what was received cannot be appended to the log."""


class BadBrokerUrl(BrokerError, ValueError):
    """This says what is wrong with QUARRY_BROKER_URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """This is one thing that came from a broker, not looked into yet.

    Attributes:
        attributes: the CloudEvents attributes, by their names without any prefix.
        body: the data as they were sent.
        token: what the transport acknowledges it by.
        unreadable: why the transport could not read it; empty where it could.
    """

    attributes: Mapping[str, str]
    body: bytes
    token: object
    unreadable: str = ""


class Publisher(Protocol):
    """This hands messages to a broker."""

    def refusal(self, envelope: Envelope) -> str | None:
        """This says why the message can never go over this broker; None where it can."""

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        """This publishes the messages in order per key, and returns once all are confirmed.

        Raises:
            Undeliverable: one of them can never go, which `refusal` could not see; of each key
                a beginning of its messages may have arrived.
            BrokerUnavailable: what has arrived of each key is a beginning of its messages;
                publish all of them again.
        """

    def close(self) -> None:
        """This ends the connection; the next `publish` makes another."""


class Receiver(Protocol):
    """This takes messages from a broker; in order per key, each until it is acknowledged."""

    def receive(self, *, limit: int, timeout_seconds: float) -> Sequence[Received]:
        """This waits for messages and gives those that there are.

        Raises:
            BrokerUnavailable: the connection is gone; what was not acknowledged comes again.
        """

    def acknowledge(self, received: Sequence[Received]) -> None:
        """This says that these, all that the last `receive` gave, are safe with us."""

    def refuse(self, received: Received, reason: str) -> None:
        """This puts aside, where an operator finds it, what is no message; it is acknowledged
        with the others."""

    def close(self) -> None:
        """This ends the connection; what was not acknowledged comes again."""


class Transport(Protocol):
    """This is a broker as it is configured, from which publishers and receivers are opened."""

    def publisher(self) -> Publisher:
        """This gives a publisher for the calling thread; it connects when it publishes."""

    def receiver(self, route: "Route") -> Receiver:
        """This gives a receiver for the calling thread; what it listens to is kept from now on
        while nobody receives, on brokers that need to be told."""

    def forget(self, route: "Route") -> None:
        """This discards what is kept for a deployable that does not receive at the moment, and has
        nothing kept until it listens again, on brokers that need to be told.

        Raises:
            BrokerUnavailable: it may be there still, or a process of the deployable receives.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """This is what one deployable receives.

    Attributes:
        deployable: who receives; several processes of one name share the messages.
        modules: whose messages: those that these modules appended.
        names: wire names of the messages that it handles.
    """

    deployable: str
    modules: tuple[str, ...]
    names: tuple[str, ...]
