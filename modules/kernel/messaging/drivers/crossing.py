"""Threads that carry messages across the broker, while some modules run elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
from django.conf import settings

from modules.kernel.messaging.brokers.opening import open_transport
from modules.kernel.messaging.brokers.port import BrokerUnavailable, Transport
from modules.kernel.messaging.brokers.reception import Reception
from modules.kernel.messaging.brokers.relay import Relay
from modules.kernel.messaging.brokers.routes import received_route
from modules.kernel.messaging.drivers.owner import owner_here
from modules.kernel.messaging.drivers.threads import ThreadGroup
from modules.kernel.messaging.pulse import Pulse
from modules.kernel.placements import Hosting, hosting, placements

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_RECEIVE_SECONDS = 1.0
#: A module that moves is told of by the pulse; this is for a beat that was missed.
_AT_REST_SECONDS = 5.0

_logger = structlog.get_logger("quarry.messaging")


def cross(group: ThreadGroup, pulses: Mapping[str, Pulse]) -> None:
    """This adds a thread a log that relays, and one that receives.

    They do so while some modules are elsewhere and there is a broker between. When a module moves
    they end what they were at, and begin anew with what is where.
    """
    for source, pulse in pulses.items():
        _relay(group, source, pulse)
    _receive(group, next(iter(pulses.values())))


def _relay(group: ThreadGroup, source: str, pulse: Pulse) -> None:
    def relay(at: Hosting) -> None:
        relay = Relay(transport_of(at), source=source, owner=owner_here(), at=at)
        try:
            while not group.stopping.is_set():
                seen = pulse.beats
                if hosting() != at:
                    return
                if not relay.step():
                    pulse.wait(seen, relay.idle_seconds, relay.subscription.handlers)
        finally:
            relay.close()

    _while_distributed(group, f"relay-{source}", pulse, relay)


def _receive(group: ThreadGroup, pulse: Pulse) -> None:
    def receive(at: Hosting) -> None:
        def still_holds() -> bool:
            placements().refresh()
            return hosting() == at

        pause_seconds = _FIRST_PAUSE_SECONDS
        while not group.stopping.is_set() and hosting() == at:
            reception = Reception(transport_of(at), received_route(at), still_holds=still_holds)
            try:
                while not group.stopping.is_set() and hosting() == at:
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

    _while_distributed(group, "reception", pulse, receive)


def _while_distributed(
    group: ThreadGroup, name: str, pulse: Pulse, work: Callable[[Hosting], None]
) -> None:
    def run() -> None:
        while not group.stopping.is_set():
            seen = pulse.beats
            at = hosting()
            if at.is_distributed:
                work(at)
            else:
                pulse.wait(seen, _AT_REST_SECONDS, ())  # Of no message: for a module that moves.

    group.add(name, run)


def transport_of(at: Hosting) -> Transport:
    """This opens the broker between this deployable and the others."""
    return open_transport(at.broker_url, prefix=settings.QUARRY_BROKER_PREFIX)
