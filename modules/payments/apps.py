"""The one place where payments is wired: its commands, its calls of the provider, its interface."""

from modules.inventory.contracts import StockReturned
from modules.kernel.manifests import ModuleConfig, Registration
from modules.kernel.messaging import RetryPolicy
from modules.payments.contracts import (
    AuthorisePayment,
    CapturePayment,
    Payments,
    RefundPayment,
    VoidPayment,
)
from modules.payments.contracts.commands import CallProvider


class PaymentsConfig(ModuleConfig):
    name = "modules.payments"
    label = "payments"

    def register(self, module: Registration) -> None:
        # Imported here: models are not ready when Django imports this file.
        from modules.payments import handlers, models, outward, providers, service

        module.streams(models.ACCOUNTS)
        module.handles(AuthorisePayment, handlers.authorise_payment)
        module.handles(CapturePayment, handlers.capture_payment)
        module.handles(VoidPayment, handlers.void_payment)
        module.handles(RefundPayment, handlers.refund_payment)
        module.handles(StockReturned, handlers.stock_returned)
        module.calls_out(
            CallProvider,
            call=outward.ProviderCalls(providers.providers_by_token()),
            record=handlers.record_outcome,
            # For about ten minutes: a provider is back by then, mostly, without a person.
            retry=RetryPolicy(attempts=14),
            at_once=providers.calls_at_once(),
        )
        module.provides(Payments, service.PaymentsService())
