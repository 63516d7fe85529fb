"""What partners are told of, in words that are the API's and never change."""

import json
from datetime import datetime

EVENT_TYPES = (
    "order.placed",
    "order.confirmed",
    "order.fulfilled",
    "order.returned",
    "order.failed",
    "order.cancelled",
)


def payload(*, event_type: str, order_id: str, code: str, happened_at: datetime) -> str:
    """This writes the body of a message. It tells that, and where more can be asked; no more.

    A receiver that reads the order asks with its own credentials, and gets it as it is by then.
    """
    data = {"order_id": order_id, "status_url": f"/partner/v1/orders/{order_id}"}
    if code:
        data["code"] = code
    return json.dumps(
        {"type": event_type, "timestamp": happened_at.isoformat(), "data": data},
        separators=(",", ":"),
    )
