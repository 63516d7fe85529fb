"""Partners' published interface. It reads the clock, once a call."""

from datetime import datetime

from django.utils import timezone

from modules.partners import queries, use_cases
from modules.partners.contracts import (
    DeliveryPage,
    NewSecret,
    OrderImport,
    RequestedOrder,
    WebhookEndpoint,
)


class PartnersService:
    """This answers for `modules.partners.contracts.Partners`."""

    def endpoints(self, *, partner: str) -> tuple[WebhookEndpoint, ...]:
        return queries.endpoints(partner=partner)

    def endpoint(self, *, partner: str, endpoint_id: str) -> WebhookEndpoint:
        return queries.shown_endpoint(queries.find_endpoint(partner, endpoint_id))

    def add_endpoint(
        self, *, partner: str, url: str, event_types: tuple[str, ...] = ()
    ) -> NewSecret:
        return use_cases.add_endpoint(
            partner=partner, url=url, event_types=event_types, now=timezone.now()
        )

    def change_endpoint(
        self,
        *,
        partner: str,
        endpoint_id: str,
        url: str | None = None,
        event_types: tuple[str, ...] | None = None,
        enabled: bool | None = None,
    ) -> WebhookEndpoint:
        return use_cases.change_endpoint(
            partner=partner,
            endpoint_id=endpoint_id,
            url=url,
            event_types=event_types,
            enabled=enabled,
        )

    def rotate_secret(self, *, partner: str, endpoint_id: str) -> NewSecret:
        return use_cases.rotate_secret(partner=partner, endpoint_id=endpoint_id, now=timezone.now())

    def remove_endpoint(self, *, partner: str, endpoint_id: str) -> None:
        use_cases.remove_endpoint(partner=partner, endpoint_id=endpoint_id)

    def deliveries(
        self, *, partner: str, endpoint_id: str, state: str = "", cursor: str = "", limit: int = 50
    ) -> DeliveryPage:
        return queries.deliveries(
            partner=partner, endpoint_id=endpoint_id, state=state, cursor=cursor, limit=limit
        )

    def replay(
        self,
        *,
        partner: str,
        endpoint_id: str,
        delivery_id: str = "",
        since: datetime | None = None,
    ) -> int:
        return use_cases.replay(
            partner=partner, endpoint_id=endpoint_id, delivery_id=delivery_id, since=since
        )

    def import_orders(
        self, *, partner: str, orders: tuple[RequestedOrder, ...], idempotency_key: str
    ) -> OrderImport:
        return use_cases.import_orders(
            partner=partner, orders=orders, idempotency_key=idempotency_key, now=timezone.now()
        )

    def order_import(self, *, partner: str, import_id: str) -> OrderImport:
        return queries.order_import(partner=partner, import_id=import_id)
