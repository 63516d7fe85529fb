"""The one place where partners is wired: the events it passes on, what it calls, its interface."""

from datetime import timedelta

from django.conf import settings

from modules.kernel.manifests import ModuleConfig, Registration
from modules.kernel.messaging import RetryPolicy
from modules.partners.contracts import Partners
from modules.partners.contracts.commands import PlaceLine, SendWebhook


class PartnersConfig(ModuleConfig):
    name = "modules.partners"
    label = "partners"

    def register(self, module: Registration) -> None:
        # Imported here: models are not ready when Django imports this file.
        from modules.partners import handlers, service
        from modules.partners.outward import imports, webhooks

        for news in handlers.EVENT_TYPE_OF:
            module.handles(news, handlers.order_moved)
        module.calls_out(
            SendWebhook,
            call=webhooks.send,
            record=webhooks.record,
            consumer="partners.webhooks",
            retry=webhooks.RETRY,
            at_once=settings.PARTNERS_WEBHOOKS_AT_ONCE,
        )
        module.calls_out(
            PlaceLine,
            call=imports.place,
            record=imports.record,
            consumer="partners.imports",
            # For hours: an order that was taken in must not be lost with ordering's bad day.
            retry=RetryPolicy(attempts=100, longest=timedelta(minutes=5)),
        )
        module.provides(Partners, service.PartnersService())
