"""What partners hears of orders: each event becomes a delivery for every endpoint that wants it."""

from modules.kernel.messaging import Delivery
from modules.ordering.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderFailed,
    OrderFulfilled,
    OrderPlaced,
    OrderReturned,
)
from modules.partners.use_cases import tell_endpoints

OrderNews = (
    OrderPlaced | OrderConfirmed | OrderFulfilled | OrderReturned | OrderFailed | OrderCancelled
)

EVENT_TYPE_OF: dict[type, str] = {
    OrderPlaced: "order.placed",
    OrderConfirmed: "order.confirmed",
    OrderFulfilled: "order.fulfilled",
    OrderReturned: "order.returned",
    OrderFailed: "order.failed",
    OrderCancelled: "order.cancelled",
}


def order_moved(news: OrderNews, delivery: Delivery) -> None:
    tell_endpoints(
        event_type=EVENT_TYPE_OF[type(news)],
        order_id=news.order_id,
        placed_by=news.customer_id if isinstance(news, OrderPlaced) else "",
        code=news.code if isinstance(news, OrderFailed) else "",
        message_id=delivery.envelope.message_id,
        happened_at=delivery.envelope.recorded_at,
    )
