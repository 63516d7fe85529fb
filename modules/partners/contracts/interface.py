"""The questions partners answers. `partner` is always the subject of who asks.

Problem
├── NotFound
│   ├── UnknownEndpoint(endpoint_id)   code unknown-endpoint
│   ├── UnknownDelivery(delivery_id)   code unknown-delivery
│   └── UnknownImport(import_id)       code unknown-import
└── Invalid
    ├── BadEndpoint                    code bad-endpoint
    └── ImportReused(key)              code idempotency-key-reused
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from modules.kernel.contracts import Invalid, NotFound, idempotent, interface, safe
from modules.ordering.contracts import RequestedLine
from modules.shipping.contracts import Address


class UnknownEndpoint(NotFound):
    """This says that the partner has no such endpoint."""

    code = "unknown-endpoint"
    title = "No such webhook endpoint"


class UnknownDelivery(NotFound):
    """This says that the endpoint has no such delivery."""

    code = "unknown-delivery"
    title = "No such delivery"


class UnknownImport(NotFound):
    """This says that the partner has no such import."""

    code = "unknown-import"
    title = "No such import"


class BadEndpoint(Invalid):
    """This says that nothing may be sent to an endpoint like this."""

    code = "bad-endpoint"
    title = "The endpoint is not valid"


class ImportReused(Invalid):
    """This says that the idempotency key was used for another import."""

    code = "idempotency-key-reused"
    title = "The idempotency key belongs to another request"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """This is where a partner wants to be told.

    Attributes:
        event_types: which events; all when empty.
        state: enabled, or disabled.
        reason: why it is disabled; else empty.
        failing_since: when the first attempt failed after the last that did not; None if none has.
        last_error: what the last failed attempt said, or how slow the last one was; empty after
            one that was neither.
    """

    endpoint_id: str
    url: str
    event_types: tuple[str, ...]
    state: str
    reason: str
    failing_since: datetime | None
    last_error: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """This is an endpoint with the secret that its messages are signed with, told once.

    Attributes:
        secret: ``whsec_…``.
        previous_until: until when messages are signed with the secret before, too.
    """

    endpoint: WebhookEndpoint
    secret: str
    previous_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery:
    """This is one event for one endpoint, in the delivery log.

    Attributes:
        webhook_id: the same in every attempt and every replay; a receiver knows repetitions by it.
        state: pending, delivered, or held (the endpoint was disabled: ask for a replay).
        attempts: requests made; their last answer is `last_status` (0 for none) and `last_error`.
    """

    delivery_id: str
    webhook_id: str
    event_type: str
    order_id: str
    state: str
    attempts: int
    last_status: int
    last_error: str
    created_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    """This is one page of deliveries, newest first; `next_cursor` is None on the last."""

    deliveries: tuple[WebhookDelivery, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedOrder:
    """This is one line of an import: an order.

    Attributes:
        reference: the partner's own name of it, different in each line.
    """

    reference: str
    currency: str
    lines: tuple[RequestedLine, ...]
    ship_to: Address
    payment_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLine:
    """Attributes: state is pending, placed or refused; code and detail say why it was refused."""

    reference: str
    state: str
    order_id: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderImport:
    """This is a bulk order with what became of each of its lines.

    Attributes:
        state: pending while a line is, then done.
    """

    import_id: str
    state: str
    created_at: datetime
    lines: tuple[ImportLine, ...]


@interface("partners")
class Partners(Protocol):
    """Webhooks and imports of partners."""

    @safe
    def endpoints(self, *, partner: str) -> tuple[WebhookEndpoint, ...]:
        """This gives the partner's endpoints, oldest first."""

    @safe
    def endpoint(self, *, partner: str, endpoint_id: str) -> WebhookEndpoint:
        """This gives one endpoint. Raises: UnknownEndpoint."""

    def add_endpoint(
        self, *, partner: str, url: str, event_types: tuple[str, ...] = ()
    ) -> NewSecret:
        """This adds an endpoint; it is told of orders that are placed from now on.

        Raises:
            BadEndpoint: nothing may be sent to the URL, an event type is unknown, or there are
                too many endpoints.
        """

    def change_endpoint(
        self,
        *,
        partner: str,
        endpoint_id: str,
        url: str | None = None,
        event_types: tuple[str, ...] | None = None,
        enabled: bool | None = None,
    ) -> WebhookEndpoint:
        """This changes what is given; enabling begins anew, as if nothing had ever failed.

        Raises:
            UnknownEndpoint, BadEndpoint
        """

    def rotate_secret(self, *, partner: str, endpoint_id: str) -> NewSecret:
        """This gives an endpoint a new secret; for a day messages are signed with both.

        Raises:
            UnknownEndpoint
        """

    def remove_endpoint(self, *, partner: str, endpoint_id: str) -> None:
        """This removes an endpoint with its deliveries. Raises: UnknownEndpoint."""

    @safe
    def deliveries(
        self, *, partner: str, endpoint_id: str, state: str = "", cursor: str = "", limit: int = 50
    ) -> DeliveryPage:
        """This gives a page of an endpoint's delivery log, newest first.

        Raises:
            UnknownEndpoint
            Invalid: a bad cursor, state or limit.
        """

    def replay(
        self,
        *,
        partner: str,
        endpoint_id: str,
        delivery_id: str = "",
        since: datetime | None = None,
    ) -> int:
        """This sends deliveries again, and gives how many; in order for each order.

        Args:
            delivery_id: only this one.
            since: all since then; with neither, all that are held.

        Raises:
            UnknownEndpoint, UnknownDelivery
            BadEndpoint: it is disabled.
        """

    @idempotent(key="idempotency_key")
    def import_orders(
        self, *, partner: str, orders: tuple[RequestedOrder, ...], idempotency_key: str
    ) -> OrderImport:
        """This takes orders in; each is placed, or refused, by itself a moment later.

        Raises:
            ImportReused: the key was used with other orders.
            Invalid: no orders, too many, or a reference twice.
        """

    @safe
    def order_import(self, *, partner: str, import_id: str) -> OrderImport:
        """This gives an import with what became of its lines. Raises: UnknownImport."""
