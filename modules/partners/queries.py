"""The read side of partners: endpoints, the delivery log, imports, and what is to be sent."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import msgspec

from modules.kernel.contracts import Invalid
from modules.partners.contracts import (
    DeliveryPage,
    ImportLine,
    OrderImport,
    RequestedOrder,
    UnknownEndpoint,
    UnknownImport,
    WebhookDelivery,
    WebhookEndpoint,
)
from modules.partners.models import Delivery, Endpoint, Import
from modules.partners.models import ImportLine as ImportLineRow

PAGE_SIZE_MAX = 200

_NIL = uuid.UUID(int=0)


def parsed_id(text: str) -> uuid.UUID:
    """This gives the id that a text is; for what is none, the nil id, which nothing has."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return _NIL


def find_endpoint(partner: str, endpoint_id: str, *, to_change: bool = False) -> Endpoint:
    """This gives the row of a partner's endpoint. Raises: UnknownEndpoint."""
    rows = Endpoint.objects.select_for_update() if to_change else Endpoint.objects.all()
    endpoint = rows.filter(partner=partner, id=parsed_id(endpoint_id)).first()
    if endpoint is None:
        raise UnknownEndpoint(f"there is no endpoint {endpoint_id}", endpoint_id=endpoint_id)
    return endpoint


def endpoints(*, partner: str) -> tuple[WebhookEndpoint, ...]:
    """This gives the partner's endpoints, oldest first."""
    rows = Endpoint.objects.filter(partner=partner).order_by("id")
    return tuple(shown_endpoint(row) for row in rows)


def shown_endpoint(row: Endpoint) -> WebhookEndpoint:
    """This shows an endpoint, without its secrets."""
    return WebhookEndpoint(
        endpoint_id=str(row.id),
        url=row.url,
        event_types=tuple(row.event_types),
        state=row.state,
        reason=row.reason,
        failing_since=row.failing_since,
        last_error=row.last_error,
        created_at=row.created_at,
    )


def deliveries(
    *, partner: str, endpoint_id: str, state: str, cursor: str, limit: int
) -> DeliveryPage:
    """This gives a page of an endpoint's delivery log. Raises: UnknownEndpoint, Invalid."""
    if not 1 <= limit <= PAGE_SIZE_MAX:
        raise Invalid(f"limit is 1 to {PAGE_SIZE_MAX}, not {limit}")
    if state and state not in Delivery.State.values:
        raise Invalid(f"state is one of {', '.join(Delivery.State.values)}, not {state!r}")
    rows = find_endpoint(partner, endpoint_id).deliveries.order_by("-id")
    rows = rows.filter(state=state) if state else rows
    if cursor:
        after = parsed_id(cursor)
        if after == _NIL:
            raise Invalid(f"{cursor!r} is not a cursor that a page of deliveries has given")
        rows = rows.filter(id__lt=after)
    page = list(rows[: limit + 1])
    return DeliveryPage(
        deliveries=tuple(_delivery(row) for row in page[:limit]),
        next_cursor=str(page[limit - 1].id) if len(page) > limit else None,
    )


def order_import(*, partner: str, import_id: str) -> OrderImport:
    """This gives an import with its lines. Raises: UnknownImport."""
    row = Import.objects.filter(partner=partner, id=parsed_id(import_id)).first()
    if row is None:
        raise UnknownImport(f"there is no import {import_id}", import_id=import_id)
    lines = tuple(
        ImportLine(
            reference=line.reference,
            state=line.state,
            order_id=line.order_id,
            code=line.code,
            detail=line.detail,
        )
        for line in row.lines.order_by("number")
    )
    pending = any(line.state == ImportLineRow.State.PENDING for line in lines)
    return OrderImport(
        import_id=str(row.id),
        state="pending" if pending else "done",
        created_at=row.created_at,
        lines=lines,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """This is what there is to send, and to where.

    Attributes:
        secrets: all that it is signed with.
        is_wanted: the endpoint is enabled, and this is not held for a replay.
    """

    url: str
    webhook_id: str
    body: bytes
    secrets: tuple[str, ...]
    is_wanted: bool
    resting_until: datetime | None


def job(delivery_id: str, *, now: datetime) -> Job | None:
    """This gives what there is to send; None where the endpoint was removed."""
    row = Delivery.objects.select_related("endpoint").filter(id=parsed_id(delivery_id)).first()
    if row is None:
        return None
    endpoint = row.endpoint
    both = endpoint.previous_until is not None and now < endpoint.previous_until
    return Job(
        url=endpoint.url,
        webhook_id=_webhook_id(row),
        body=row.body.encode(),
        secrets=(endpoint.secret, endpoint.previous_secret) if both else (endpoint.secret,),
        is_wanted=endpoint.state == Endpoint.State.ENABLED and row.state != Delivery.State.HELD,
        resting_until=endpoint.resting_until,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingLine:
    """This is a line of an import whose order is to be placed."""

    partner: str
    order: RequestedOrder


def pending_line(line_id: str) -> PendingLine | None:
    """This gives what a line asks for; None where it was answered already."""
    rows = ImportLineRow.objects.select_related("of").filter(id=parsed_id(line_id))
    line = rows.filter(state=ImportLineRow.State.PENDING).first()
    if line is None:
        return None
    order = msgspec.json.decode(line.order, type=RequestedOrder)
    return PendingLine(partner=line.of.partner, order=order)


def _webhook_id(row: Delivery) -> str:
    return f"msg_{row.message_id.hex}"


def _delivery(row: Delivery) -> WebhookDelivery:
    return WebhookDelivery(
        delivery_id=str(row.id),
        webhook_id=_webhook_id(row),
        event_type=row.event_type,
        order_id=str(row.order_id),
        state=row.state,
        attempts=row.attempts,
        last_status=row.last_status,
        last_error=row.last_error,
        created_at=row.created_at,
        delivered_at=row.delivered_at,
    )
