"""What has happened to an order since somebody looked, as Server-Sent Events.

Pure shaping, and one question to ordering: whoever carries the events to a browser asks here, with
the id of the last one that the browser has.

Source: WHATWG HTML, 9.2 "Server-sent events".
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from modules.gateway.compositions.order_page import ByOrder, order_of
from modules.gateway.compositions.order_progress import progress_of
from modules.kernel import interfaces
from modules.ordering.contracts import Ordering, OrderMoment

CONTENT_TYPE = "text/event-stream"
#: The name of every event about an order; a client listens for one.
EVENT = "order"
_SOONEST_MS, _LATEST_MS = 700, 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """This is what is new.

    Attributes:
        final: nothing more will come after these.
        latest_at: when the latest thing happened to the order, whether it is new or not.
    """

    moments: tuple[OrderMoment, ...]
    final: bool
    latest_at: datetime

    @property
    def is_over(self) -> bool:
        """This is true where the client has everything that there will ever be."""
        return self.final and not self.moments


def news_of(asked: ByOrder, *, after: str) -> News:
    """This gives what has happened to an order of the customer's own since an event.

    Args:
        after: the id of the last event that is known; after one that is not the order's, all
            are new.

    Raises:
        UnknownOrder
    """
    order = order_of(asked)
    moments = interfaces.get(Ordering).timeline(order_id=asked.order_id)
    ids = [moment.event_id for moment in moments]
    fresh = moments[ids.index(after) + 1 :] if after in ids else moments
    # The timeline comes later than the order itself: it has ended once it tells of the end.
    told = f"order-{order.status}" in {moment.what for moment in moments}
    return News(
        moments=fresh,
        final=told and progress_of(order).final,
        latest_at=moments[-1].happened_at if moments else order.placed_at,
    )


def retry_ms(news: News, *, now: datetime) -> int:
    """This says when to ask again: often while things happen, rarely once they have stopped to.

    A tenth of the time for which it has been quiet, so a client hears of what happens after a
    minute six seconds late at the most, and who waits for a day asks no more than others.
    """
    quiet_ms = (now - news.latest_at).total_seconds() * 1000
    return round(min(max(quiet_ms / 10, _SOONEST_MS), _LATEST_MS))


def frames(moments: Sequence[OrderMoment], *, retry_ms: int) -> bytes:
    """This writes events as they are sent, after when to come back should the line break."""
    said = [f"retry: {retry_ms}\n\n"]
    for moment in moments:
        data = {
            "what": moment.what,
            "code": moment.code,
            "happened_at": moment.happened_at.isoformat(),
        }
        said.append(f"id: {moment.event_id}\nevent: {EVENT}\ndata: {json.dumps(data)}\n\n")
    return "".join(said).encode()
