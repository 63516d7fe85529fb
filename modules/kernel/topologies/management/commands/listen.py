"""`manage.py listen`: have the broker keep, from now on, what this deployable is to receive."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from modules.kernel.messaging.brokers import (
    BrokerUnavailable,
    open_transport,
    received_route,
)
from modules.kernel.placements import State, hosting


class Command(BaseCommand):
    help = (
        "Have the broker keep what this deployable is to receive, before any sender starts. Some "
        "brokers (RabbitMQ) drop an event that nobody has asked for yet."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        at = hosting()
        for module in settings.QUARRY_AWAITED_MODULES:
            # Of what is on its way here nothing must be lost while it is not in charge yet.
            at = at.with_module(module, State.HERE)
        if not at.is_distributed:
            raise CommandError(
                "nothing crosses a broker here: set QUARRY_BROKER_URL, and QUARRY_MODULES to the "
                "modules of this process"
            )
        transport = open_transport(at.broker_url, prefix=settings.QUARRY_BROKER_PREFIX)
        receiver = transport.receiver(received_route(at))
        try:
            # Nothing is acknowledged: what there is already comes again.
            receiver.receive(limit=1, timeout_seconds=0.1)
        except BrokerUnavailable as error:
            raise CommandError(f"{error}; is it running?") from error
        finally:
            receiver.close()
