"""What is to be sent to whom, and what came of it: the delivery log."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings

from modules.kernel.contracts import new_id
from modules.kernel.messaging import UnitOfWork, unit_of_work
from modules.partners import queries
from modules.partners.contracts import BadEndpoint, UnknownDelivery
from modules.partners.contracts.commands import SendWebhook
from modules.partners.domain.events import payload
from modules.partners.domain.giving_up import reason_to_disable, rest_after, rest_after_slow
from modules.partners.models import Delivery, Endpoint, Order

_ERROR_LENGTH_MAX = 200
#: What was delivered is sent again for this many at once at the most.
REPLAYED_MAX = 10_000


def tell_endpoints(
    *,
    event_type: str,
    order_id: str,
    placed_by: str,
    code: str,
    message_id: uuid.UUID,
    happened_at: datetime,
) -> int:
    """This has all endpoints of the order's partner that want the event be told.

    Args:
        placed_by: the customer, where the event says it.

    Returns:
        How many will be; one that is disabled, or has not taken what came before, gets it on
        request.
    """
    with unit_of_work("partners") as work:
        if placed_by and Endpoint.objects.filter(partner=placed_by).exists():
            Order.objects.get_or_create(id=order_id, defaults={"partner": placed_by})
        order = Order.objects.filter(id=order_id).first()
        if order is None:
            return 0
        wanting = [
            endpoint
            for endpoint in Endpoint.objects.filter(partner=order.partner).order_by("id")
            if not endpoint.event_types or event_type in endpoint.event_types
        ]
        body = payload(event_type=event_type, order_id=order_id, code=code, happened_at=happened_at)
        told = 0
        for endpoint in wanting:
            # Behind what is held of the order: sent before it, it would be out of order.
            held = endpoint.deliveries.filter(order_id=order_id, state=Delivery.State.HELD)
            is_sent = endpoint.state == Endpoint.State.ENABLED and not held.exists()
            made = Delivery.objects.create(
                id=new_id(),
                endpoint=endpoint,
                message_id=message_id,
                event_type=event_type,
                order_id=order_id,
                body=body,
                state=Delivery.State.PENDING if is_sent else Delivery.State.HELD,
                created_at=happened_at,
            )
            if is_sent:
                _send(work, made)
                told += 1
        return told


def note_failed_attempt(
    *,
    delivery_id: str,
    status: int,
    error: str,
    seconds: float,
    began_at: datetime,
    now: datetime,
) -> bool:
    """This notes an attempt that failed, and gives up where it is time to.

    On the endpoint, when it takes nothing any more; or on this delivery, where it takes others.

    Args:
        seconds: what the attempt took.

    Returns:
        Whether it is to be tried again.
    """
    after = timedelta(days=settings.PARTNERS_WEBHOOKS_DISABLED_AFTER_DAYS)
    with unit_of_work("partners"):
        delivery = Delivery.objects.filter(id=delivery_id).first()
        if delivery is None:
            return False
        endpoint = Endpoint.objects.select_for_update().get(id=delivery.endpoint_id)
        slow_rest = _slow_rest(endpoint, seconds)
        if slow_rest:
            error = f"{error}, after {seconds:.1f} s"
        delivery.attempts += 1
        delivery.last_status, delivery.last_error = status, error[:_ERROR_LENGTH_MAX]
        delivery.failing_since = delivery.failing_since or now
        delivery.save(update_fields=["attempts", "last_status", "last_error", "failing_since"])
        rests_until = endpoint.resting_until or began_at
        # Those that were made at the same time are one failure of the endpoint.
        if began_at >= rests_until or not endpoint.failures:
            endpoint.failures += 1
        endpoint.failing_since = endpoint.failing_since or now
        rest = max(rest_after(endpoint.failures), slow_rest)
        endpoint.resting_until = max(rests_until, now + rest)
        endpoint.last_error = error[:_ERROR_LENGTH_MAX]
        reason = reason_to_disable(
            status=status,
            failing_since=endpoint.failing_since,
            now=now,
            after=after,
        )
        if reason:
            endpoint.state, endpoint.reason = Endpoint.State.DISABLED, reason
        endpoint.save()
        return not reason and now - delivery.failing_since < after


def note_sent(*, delivery_id: str, status: int, seconds: float, now: datetime) -> None:
    """This notes that a receiver has taken a delivery, so its endpoint is well, if it is not slow.

    Args:
        seconds: what the attempt took.
    """
    with unit_of_work("partners"):
        delivery = Delivery.objects.filter(id=delivery_id).first()
        if delivery is None:
            return
        delivery.attempts += 1
        delivery.state, delivery.delivered_at = Delivery.State.DELIVERED, now
        delivery.last_status, delivery.last_error, delivery.failing_since = status, "", None
        delivery.save()
        endpoint = Endpoint.objects.select_for_update().get(id=delivery.endpoint_id)
        endpoint.failures, endpoint.failing_since, endpoint.last_error = 0, None, ""
        # A rest that is not over goes on: another thread's attempt has earned it.
        if rest := _slow_rest(endpoint, seconds):
            endpoint.resting_until = now + rest
            endpoint.last_error = (
                f"it answered {status} after {seconds:.1f} s, and is left alone for "
                f"{rest.total_seconds():.0f} s: answer at once, and work afterwards"
            )
        endpoint.save(update_fields=["failures", "failing_since", "last_error", "resting_until"])


def put_on_hold(*, delivery_id: str) -> None:
    """This leaves a delivery, and those of its order behind it, for a replay."""
    with unit_of_work("partners"):
        pending = Delivery.objects.filter(state=Delivery.State.PENDING)
        first = pending.filter(id=delivery_id).first()
        if first is not None:
            pending.filter(
                endpoint=first.endpoint_id, order_id=first.order_id, id__gte=first.id
            ).update(state=Delivery.State.HELD)


def replay(*, partner: str, endpoint_id: str, delivery_id: str, since: datetime | None) -> int:
    """This has deliveries sent again, in the order of their events.

    Raises:
        UnknownEndpoint, UnknownDelivery
        BadEndpoint: it is disabled.
    """
    with unit_of_work("partners") as work:
        endpoint = queries.find_endpoint(partner, endpoint_id)
        if endpoint.state != Endpoint.State.ENABLED:
            raise BadEndpoint("the endpoint is disabled: enable it, then ask for the replay")
        chosen = endpoint.deliveries.order_by("id")
        if delivery_id:
            chosen = chosen.filter(id=queries.parsed_id(delivery_id))
        elif since is not None:
            # A log may tell time in whole milliseconds: what came within this one is meant.
            since = since.replace(microsecond=since.microsecond // 1000 * 1000)
            chosen = chosen.filter(created_at__gte=since).exclude(state=Delivery.State.PENDING)
        else:
            chosen = chosen.filter(state=Delivery.State.HELD)
        found = list(chosen[:REPLAYED_MAX])
        if delivery_id and not found:
            raise UnknownDelivery(f"there is no delivery {delivery_id}", delivery_id=delivery_id)
        for delivery in found:
            _send(work, delivery)
        Delivery.objects.filter(id__in=[delivery.id for delivery in found]).update(
            state=Delivery.State.PENDING, failing_since=None
        )
        return len(found)


def _slow_rest(endpoint: Endpoint, seconds: float) -> timedelta:
    endpoints = Endpoint.objects.filter(partner=endpoint.partner).count()
    return rest_after_slow(seconds, endpoints=endpoints)


def _send(work: UnitOfWork, delivery: Delivery) -> None:
    lane = f"{delivery.endpoint_id}:{delivery.order_id}"
    work.append(SendWebhook(lane=lane, delivery_id=str(delivery.id)))
