"""The one place where notifications is wired: the events of ordering that it writes about."""

from modules.kernel.manifests import ModuleConfig, Registration
from modules.ordering.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderFailed,
    OrderFulfilled,
    OrderReturned,
)


class NotificationsConfig(ModuleConfig):
    name = "modules.notifications"
    label = "notifications"

    def register(self, module: Registration) -> None:
        # Imported here: models are not ready when Django imports this file.
        from modules.notifications import handlers

        module.handles(OrderConfirmed, handlers.on_order_confirmed)
        module.handles(OrderFulfilled, handlers.on_order_fulfilled)
        module.handles(OrderFailed, handlers.on_order_failed)
        module.handles(OrderCancelled, handlers.on_order_cancelled)
        module.handles(OrderReturned, handlers.on_order_returned)
