"""The one place where shipping is wired: its commands, its talks with carriers, its interface."""

from modules.kernel.manifests import ModuleConfig, Registration
from modules.shipping.contracts import BookShipment, CancelShipment, DispatchShipment, Shipping
from modules.shipping.contracts.commands import (
    BookWithCarrier,
    CancelWithCarrier,
    HandOverToCarrier,
    TrackWithCarrier,
)


class ShippingConfig(ModuleConfig):
    name = "modules.shipping"
    label = "shipping"

    def register(self, module: Registration) -> None:
        # Imported here: models are not ready when Django imports this file.
        from modules.shipping import handlers, outward, service

        module.handles(BookShipment, handlers.book_shipment)
        module.handles(DispatchShipment, handlers.dispatch_shipment)
        module.handles(CancelShipment, handlers.cancel_shipment)
        for message_class, call, record in (
            (BookWithCarrier, outward.ask_to_book, outward.record_booking),
            (HandOverToCarrier, outward.ask_to_collect, outward.record_hand_over),
            (CancelWithCarrier, outward.ask_to_cancel, outward.record_cancellation),
            (TrackWithCarrier, outward.ask_for_news, outward.record_news),
        ):
            module.calls_out(message_class, call=call, record=record)
        module.provides(Shipping, service.ShippingService())
