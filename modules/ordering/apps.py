from modules.catalog.contracts import ProductChanged
from modules.kernel.manifests import ModuleConfig, Registration
from modules.ordering.contracts import Ordering
from modules.payments.contracts import (
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
    RefundRefused,
)
from modules.shipping.contracts import (
    ShipmentBooked,
    ShipmentCancelled,
    ShipmentDelivered,
    ShipmentDispatched,
    ShipmentReturned,
)


class OrderingConfig(ModuleConfig):
    name = "modules.ordering"
    label = "ordering"

    def register(self, module: Registration) -> None:
        """This wires the module: its copies, its checkout, its published interface."""
        # Here, not above: models are not ready while Django still imports apps.py.
        from modules.ordering import handlers, steps
        from modules.ordering.read_models import OrderHistory, OrderTimeline
        from modules.ordering.sagas import Checkout
        from modules.ordering.service import OrderingService

        module.handles(ProductChanged, handlers.product_changed)
        # Before the checkout, which hears the same events: an order that is seen as failed
        # shows its payment as voided already.
        module.handles(PaymentAuthorised, handlers.payment_authorised)
        module.handles(PaymentDeclined, handlers.payment_declined)
        module.handles(PaymentCaptured, handlers.payment_captured)
        module.handles(PaymentVoided, handlers.payment_voided)
        module.handles(PaymentRefunded, handlers.payment_refunded)
        module.handles(RefundRefused, handlers.refund_refused)
        module.handles(ShipmentBooked, handlers.shipment_booked)
        module.handles(ShipmentDispatched, handlers.shipment_dispatched)
        module.handles(ShipmentDelivered, handlers.shipment_delivered)
        module.handles(ShipmentCancelled, handlers.shipment_cancelled)
        module.handles(ShipmentReturned, handlers.shipment_returned)
        module.saga(
            Checkout,
            locals={
                "ordering.mark_pending": steps.mark_pending,
                "ordering.reject": steps.reject,
                "ordering.agree_prices": steps.agree_prices,
                "ordering.confirm": steps.confirm,
                "ordering.fulfil": steps.fulfil,
            },
        )
        module.projection(OrderHistory)
        module.projection(OrderTimeline)
        module.provides(Ordering, OrderingService(checkout=Checkout))
