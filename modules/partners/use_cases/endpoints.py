"""Adding, changing and removing the endpoints of a partner, and their secrets."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from modules.kernel.contracts import new_id
from modules.kernel.messaging import unit_of_work
from modules.partners import queries
from modules.partners.contracts import BadEndpoint, NewSecret, WebhookEndpoint
from modules.partners.domain.addresses import ForbiddenTarget, target_of
from modules.partners.domain.events import EVENT_TYPES
from modules.partners.domain.signing import SECRET_BYTES, secret_of
from modules.partners.models import Endpoint

ENDPOINTS_MAX = 20

#: How long messages are signed with the secret before, too.
_CHANGE_OVER = timedelta(days=1)


def add_endpoint(*, partner: str, url: str, event_types: Sequence[str], now: datetime) -> NewSecret:
    """This adds an endpoint with a new secret. Raises: BadEndpoint."""
    _check_url(url)
    _check_types(event_types)
    secret = secret_of(secrets.token_bytes(SECRET_BYTES))
    with unit_of_work("partners"):
        # Locked, so that two who add at once are counted one after the other.
        list(Endpoint.objects.select_for_update().filter(partner=partner).values_list("id"))
        if Endpoint.objects.filter(partner=partner).count() >= ENDPOINTS_MAX:
            raise BadEndpoint(f"a partner has at most {ENDPOINTS_MAX} endpoints; remove one first")
        made = Endpoint.objects.create(
            id=new_id(),
            partner=partner,
            url=url,
            event_types=list(event_types),
            secret=secret,
            created_at=now,
        )
    return NewSecret(endpoint=queries.shown_endpoint(made), secret=secret)


def change_endpoint(
    *,
    partner: str,
    endpoint_id: str,
    url: str | None,
    event_types: Sequence[str] | None,
    enabled: bool | None,
) -> WebhookEndpoint:
    """This changes what is given. Raises: UnknownEndpoint, BadEndpoint."""
    if url is not None:
        _check_url(url)
    if event_types is not None:
        _check_types(event_types)
    with unit_of_work("partners"):
        endpoint = queries.find_endpoint(partner, endpoint_id, to_change=True)
        if url is not None:
            endpoint.url = url
        if event_types is not None:
            endpoint.event_types = list(event_types)
        if enabled is not None and enabled != (endpoint.state == Endpoint.State.ENABLED):
            endpoint.state = Endpoint.State.ENABLED if enabled else Endpoint.State.DISABLED
            endpoint.reason = "" if enabled else "the partner has disabled it"
            endpoint.failures, endpoint.last_error, endpoint.failing_since = 0, "", None
            # A rest goes on: the time of the others is not the partner's to take.
        endpoint.save()
    return queries.shown_endpoint(endpoint)


def rotate_secret(*, partner: str, endpoint_id: str, now: datetime) -> NewSecret:
    """This gives an endpoint a new secret, beside the one before for a while.

    Raises:
        UnknownEndpoint
    """
    secret = secret_of(secrets.token_bytes(SECRET_BYTES))
    with unit_of_work("partners"):
        endpoint = queries.find_endpoint(partner, endpoint_id, to_change=True)
        endpoint.previous_secret, endpoint.secret = endpoint.secret, secret
        endpoint.previous_until = now + _CHANGE_OVER
        endpoint.save()
    return NewSecret(
        endpoint=queries.shown_endpoint(endpoint),
        secret=secret,
        previous_until=endpoint.previous_until,
    )


def remove_endpoint(*, partner: str, endpoint_id: str) -> None:
    """This removes an endpoint with its delivery log. Raises: UnknownEndpoint."""
    with unit_of_work("partners"):
        queries.find_endpoint(partner, endpoint_id, to_change=True).delete()


def _check_url(url: str) -> None:
    try:
        target_of(url, private_allowed=settings.PARTNERS_WEBHOOKS_TO_PRIVATE_ADDRESSES)
    except ForbiddenTarget as error:
        raise BadEndpoint(str(error)) from error


def _check_types(event_types: Sequence[str]) -> None:
    if unknown := sorted(set(event_types) - set(EVENT_TYPES)):
        raise BadEndpoint(
            f"there is no event type {unknown[0]!r}; there are {', '.join(EVENT_TYPES)}"
        )
