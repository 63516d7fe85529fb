"""Threads that carry messages across the broker, where some modules run elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from django.conf import settings

from modules.kernel.messaging.brokers.opening import open_transport
from modules.kernel.messaging.brokers.port import BrokerUnavailable, Transport
from modules.kernel.messaging.brokers.reception import Reception
from modules.kernel.messaging.brokers.relay import Relay
from modules.kernel.messaging.brokers.routes import is_distributed, received_route
from modules.kernel.messaging.drivers.owner import owner_here
from modules.kernel.messaging.drivers.threads import ThreadGroup
from modules.kernel.messaging.pulse import Pulse

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_RECEIVE_SECONDS = 1.0

_logger = structlog.get_logger("quarry.messaging")


def cross_if_distributed(group: ThreadGroup, pulses: Mapping[str, Pulse]) -> None:
    """This adds a thread a log that relays, and one that receives, where that is configured."""
    if not is_distributed():
        return
    transport = open_transport(settings.QUARRY_BROKER_URL, prefix=settings.QUARRY_BROKER_PREFIX)
    _receive(group, transport)
    for source, pulse in pulses.items():
        _relay(group, transport, source, pulse)


def _relay(group: ThreadGroup, transport: Transport, source: str, pulse: Pulse) -> None:
    def run() -> None:
        relay = Relay(
            transport,
            source=source,
            owner=owner_here(),
            remote_modules=settings.QUARRY_REMOTE_MODULES,
        )
        try:
            while not group.stopping.is_set():
                seen = pulse.beats
                if not relay.step():
                    pulse.wait(seen, relay.idle_seconds, relay.subscription.handlers)
        finally:
            relay.close()

    group.add(f"relay-{source}", run)


def _receive(group: ThreadGroup, transport: Transport) -> None:
    def run() -> None:
        pause_seconds = _FIRST_PAUSE_SECONDS
        while not group.stopping.is_set():
            reception = Reception(transport, received_route())
            try:
                while not group.stopping.is_set():
                    reception.step(timeout_seconds=_RECEIVE_SECONDS)
                    pause_seconds = _FIRST_PAUSE_SECONDS
            except BrokerUnavailable as error:
                _logger.warning(
                    "broker_unavailable", error=str(error), again_in_seconds=pause_seconds
                )
                group.stopping.wait(pause_seconds)
                pause_seconds = min(pause_seconds * 2, _LONGEST_PAUSE_SECONDS)
            finally:
                reception.close()

    group.add("reception", run)
