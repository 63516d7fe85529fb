"""What a broker is to keep for each side, before anybody sends it."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from modules.kernel.contracts import Kind
from modules.kernel.extraction.moving.errors import NotReady
from modules.kernel.extraction.moving.hearing import Hearing
from modules.kernel.messaging.brokers import BrokerUnavailable, open_transport
from modules.kernel.messaging.brokers.port import Route
from modules.kernel.messaging.brokers.routes import received_route
from modules.kernel.messaging.catalogue import message_classes
from modules.kernel.placements import State, broker_at, hosting


def keep_for_service(hearing: Hearing, parameters: dict[str, Any]) -> None:
    """This has the broker keep what the service is to receive, from now on.

    Raises:
        NotReady: the broker does not answer.
    """
    kinds = {entry.contract.name: entry.contract.kind for entry in message_classes()}
    names = [
        name
        for name in hearing.names
        if not name.startswith(f"{hearing.module}.") or kinds[name] is Kind.COMMAND
    ]
    others = [one for one in settings.QUARRY_ALL_MODULES if one != hearing.module]
    _keep(
        Route(
            deployable=parameters["deployable"], modules=tuple(sorted(others)), names=tuple(names)
        ),
        parameters,
    )


def keep_for_here(module: str, state: State, parameters: dict[str, Any]) -> None:
    """This has it keep what this deployable is to receive once the module is placed.

    Raises:
        NotReady: the broker does not answer.
    """
    at = hosting().with_module(module, state, broker_url=parameters["broker"])
    if at.is_distributed:
        _keep(received_route(at), parameters)


def own_events(module: str) -> tuple[str, ...]:
    """This gives the wire names of the module's events."""
    return tuple(
        entry.contract.name
        for entry in message_classes()
        if entry.contract.kind is Kind.EVENT and entry.contract.module == module
    )


def _keep(route: Route, parameters: dict[str, Any]) -> None:
    url = broker_at(parameters["broker"], settings)
    transport = open_transport(url, prefix=settings.QUARRY_BROKER_PREFIX)
    receiver = transport.receiver(route)
    try:
        # Nothing is acknowledged: what there is already comes again.
        receiver.receive(limit=1, timeout_seconds=0.1)
    except BrokerUnavailable as error:
        raise NotReady(f"{error}; is the broker at --broker running?") from error
    finally:
        receiver.close()
