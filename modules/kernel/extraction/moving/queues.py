"""What a broker is to keep for each side, before anybody sends it, and what it is to forget."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.conf import settings

from modules.kernel.contracts import Kind
from modules.kernel.extraction.moving.errors import NotReady
from modules.kernel.extraction.moving.hearing import Hearing
from modules.kernel.messaging.brokers import BrokerUnavailable, open_transport
from modules.kernel.messaging.brokers.port import Route, Transport
from modules.kernel.messaging.brokers.routes import received_route
from modules.kernel.messaging.catalogue import message_classes
from modules.kernel.placements import State, broker_at, hosting

_logger = structlog.get_logger("quarry.extraction")

#: Longer than a process waits at the broker before it looks again whether its module is elsewhere.
_LETS_GO_SECONDS = 5.0
_LOOK_SECONDS = 0.2


def begin_anew(hearing: Hearing, parameters: dict[str, Any]) -> None:
    """This has the broker discard what it has kept from before, for who receives nothing yet.

    It is of an earlier move: the other side has handled it, and nobody's inbox need know it still.

    Raises:
        NotReady: the broker does not answer.
    """
    with _as_not_ready():
        _transport(parameters).forget(_route_of_service(hearing, parameters))
        at = hosting()
        if not at.is_distributed:
            at = at.with_module(hearing.module, State.ELSEWHERE)
            _transport(parameters).forget(received_route(at))


def leave(hearing: Hearing, parameters: dict[str, Any]) -> None:
    """This has it keep nothing for the service any more, which receives nothing.

    Its processes have seen that by now, and let go of what they read within a moment.
    """
    until = time.monotonic() + _LETS_GO_SECONDS
    while True:
        try:
            _transport(parameters).forget(_route_of_service(hearing, parameters))
        except BrokerUnavailable as error:
            if time.monotonic() < until:
                time.sleep(_LOOK_SECONDS)
                continue
            # Nobody waits for it: the next move begins anew.
            _logger.warning("queues_not_emptied", module=hearing.module, error=str(error))
        return


def keep_for_service(hearing: Hearing, parameters: dict[str, Any]) -> None:
    """This has the broker keep what the service is to receive, from now on.

    Raises:
        NotReady: the broker does not answer.
    """
    _keep(_route_of_service(hearing, parameters), parameters)


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


def _route_of_service(hearing: Hearing, parameters: dict[str, Any]) -> Route:
    kinds = {entry.contract.name: entry.contract.kind for entry in message_classes()}
    names = [
        name
        for name in hearing.names
        if not name.startswith(f"{hearing.module}.") or kinds[name] is Kind.COMMAND
    ]
    others = [one for one in settings.QUARRY_ALL_MODULES if one != hearing.module]
    return Route(
        deployable=parameters["deployable"], modules=tuple(sorted(others)), names=tuple(names)
    )


def _keep(route: Route, parameters: dict[str, Any]) -> None:
    receiver = _transport(parameters).receiver(route)
    try:
        with _as_not_ready():
            # Nothing is acknowledged: what there is already comes again.
            receiver.receive(limit=1, timeout_seconds=0.1)
    finally:
        receiver.close()


def _transport(parameters: dict[str, Any]) -> Transport:
    url = broker_at(parameters["broker"], settings)
    return open_transport(url, prefix=settings.QUARRY_BROKER_PREFIX)


@contextmanager
def _as_not_ready() -> Iterator[None]:
    try:
        yield
    except BrokerUnavailable as error:
        raise NotReady(f"{error}; is the broker at --broker running?") from error
