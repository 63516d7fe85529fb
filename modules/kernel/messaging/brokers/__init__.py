"""Brokers between deployables: the log is relayed out and received into the log there.

    transport = open_transport("amqp://…")
    Relay(transport, source="default", …).step()     # log → broker, confirmed, then checkpoint
    Reception(transport, received_route()).step()    # broker → log, once, then acknowledged

`manage.py worker` runs both where some modules are elsewhere and there is a broker between
(`modules.kernel.messaging.drivers.crossing`). See ``docs/brokers.md``.
"""

from modules.kernel.messaging.brokers.opening import open_transport
from modules.kernel.messaging.brokers.port import (
    BadBrokerUrl,
    BrokerError,
    BrokerUnavailable,
    NobodyListens,
    NotAMessage,
    Publisher,
    Received,
    Receiver,
    Route,
    Transport,
    Undeliverable,
)
from modules.kernel.messaging.brokers.reception import Reception, Taken
from modules.kernel.messaging.brokers.relay import Relay
from modules.kernel.messaging.brokers.routes import (
    RELAY,
    received_route,
    relay_subscription,
    relayed_names,
)

__all__ = [
    "open_transport",
    "Transport",
    "Relay",
    "Reception",
    "Taken",
    "RELAY",
    "relayed_names",
    "received_route",
    "relay_subscription",
    "Route",
    "Publisher",
    "Receiver",
    "Received",
    "BrokerError",
    "BrokerUnavailable",
    "NobodyListens",
    "Undeliverable",
    "NotAMessage",
    "BadBrokerUrl",
]
