"""The shapes of the partner front end, version 1. They may grow; nothing in them may change."""

from typing import Any

from rest_framework import serializers

from modules.gateway.fronts.web.shapes import TEXT_LENGTH_MAX, WebAddressSerializer
from modules.ordering.contracts import RequestedLine
from modules.partners.contracts import RequestedOrder
from modules.shipping.contracts import Address

_OPTIONAL: dict[str, Any] = {"required": False}


class PartnerAddressSerializer(WebAddressSerializer):
    """A postal address; some countries have no postal codes, some no regions."""


class PartnerLineSerializer(serializers.Serializer[Any]):
    """So many of a product, at the catalogue's price."""

    sku = serializers.CharField(max_length=TEXT_LENGTH_MAX)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000)


class PartnerPlaceOrderSerializer(serializers.Serializer[Any]):
    """All that is needed to place an order."""

    currency = serializers.RegexField(r"^[A-Z]{3}$", max_length=3)
    lines = serializers.ListField(child=PartnerLineSerializer(), min_length=1, max_length=200)
    ship_to = PartnerAddressSerializer()
    payment_token = serializers.CharField(max_length=TEXT_LENGTH_MAX)


class PartnerImportOrderSerializer(PartnerPlaceOrderSerializer):
    """An order of an import, with your own reference of it."""

    reference = serializers.CharField(max_length=TEXT_LENGTH_MAX)

    def to_order(self, checked: dict[str, Any]) -> RequestedOrder:
        """This gives a checked line as the interface takes it."""
        return RequestedOrder(
            reference=checked["reference"],
            currency=checked["currency"],
            lines=lines_of(checked),
            ship_to=Address(**checked["ship_to"]),
            payment_token=checked["payment_token"],
        )


class PartnerImportRequestSerializer(serializers.Serializer[Any]):
    """Up to 500 orders; each is placed, or refused, by itself."""

    orders = serializers.ListField(
        child=PartnerImportOrderSerializer(), min_length=1, max_length=500
    )


def lines_of(checked: dict[str, Any]) -> tuple[RequestedLine, ...]:
    """This gives the checked lines of an order as ordering takes them."""
    return tuple(
        RequestedLine(sku=line["sku"], quantity=line["quantity"]) for line in checked["lines"]
    )


class PartnerAcceptedSerializer(serializers.Serializer[Any]):
    """It was taken in; `status_url` tells what becomes of it."""

    order_id = serializers.UUIDField()
    status = serializers.CharField()
    status_url = serializers.CharField()


class PartnerOrderLineSerializer(serializers.Serializer[Any]):
    """A line of an order; price and total are null until they are agreed."""

    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price_minor = serializers.IntegerField(allow_null=True)
    total_minor = serializers.IntegerField(allow_null=True)


class PartnerFailureSerializer(serializers.Serializer[Any]):
    """Why an order failed; `code` is stable."""

    code = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)


class PartnerSummarySerializer(serializers.Serializer[Any]):
    """An order in a list. Money is in the currency's smallest unit."""

    order_id = serializers.UUIDField()
    status = serializers.CharField(
        help_text="`pending`, `confirmed`, `fulfilled`, `returned`, `failed` or `cancelled`."
    )
    currency = serializers.CharField()
    total_minor = serializers.IntegerField()
    placed_at = serializers.DateTimeField()


class PartnerOrderSerializer(PartnerSummarySerializer):
    """An order with what has become of it."""

    lines = PartnerOrderLineSerializer(many=True)
    payment_status = serializers.CharField()
    tracking_number = serializers.CharField(allow_null=True)
    failure = PartnerFailureSerializer(allow_null=True)


class PartnerOrderPageSerializer(serializers.Serializer[Any]):
    """Your orders, newest first; `next_cursor` is null on the last page."""

    orders = PartnerSummarySerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PartnerImportLineSerializer(serializers.Serializer[Any]):
    """What became of an order of an import; `code` and `detail` say why it was refused."""

    reference = serializers.CharField()
    state = serializers.ChoiceField(["pending", "placed", "refused"])
    order_id = serializers.CharField(allow_blank=True)
    status_url = serializers.CharField(allow_null=True)
    code = serializers.CharField(allow_blank=True)
    detail = serializers.CharField(allow_blank=True)


class PartnerImportSerializer(serializers.Serializer[Any]):
    """An import; `done` once each of its orders was placed or refused."""

    import_id = serializers.UUIDField()
    state = serializers.ChoiceField(["pending", "done"])
    created_at = serializers.DateTimeField()
    status_url = serializers.CharField()
    lines = PartnerImportLineSerializer(many=True)


class PartnerEndpointSerializer(serializers.Serializer[Any]):
    """Where webhooks are sent; `reason` says why an endpoint is disabled."""

    endpoint_id = serializers.UUIDField()
    url = serializers.CharField()
    event_types = serializers.ListField(
        child=serializers.CharField(), help_text="All where there is none."
    )
    state = serializers.ChoiceField(["enabled", "disabled"])
    reason = serializers.CharField(allow_blank=True)
    failing_since = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class PartnerEndpointsSerializer(serializers.Serializer[Any]):
    """Your endpoints, oldest first."""

    endpoints = PartnerEndpointSerializer(many=True)


class PartnerSecretSerializer(serializers.Serializer[Any]):
    """An endpoint with its secret, which is told this once."""

    endpoint = PartnerEndpointSerializer()
    secret = serializers.CharField()
    previous_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then messages are signed with the secret before, too."
    )


class PartnerNewEndpointSerializer(serializers.Serializer[Any]):
    """Where to send, and what."""

    url = serializers.CharField(max_length=500)
    event_types = serializers.ListField(
        child=serializers.CharField(max_length=30), max_length=20, **_OPTIONAL
    )


class PartnerEndpointChangeSerializer(serializers.Serializer[Any]):
    """What is to be changed; enabling begins anew, as if nothing had failed."""

    url = serializers.CharField(max_length=500, **_OPTIONAL)
    event_types = serializers.ListField(
        child=serializers.CharField(max_length=30), max_length=20, **_OPTIONAL
    )
    enabled = serializers.BooleanField(**_OPTIONAL)


class PartnerDeliverySerializer(serializers.Serializer[Any]):
    """One event for one endpoint; `webhook_id` is the same in each attempt and replay."""

    delivery_id = serializers.UUIDField()
    webhook_id = serializers.CharField()
    event_type = serializers.CharField()
    order_id = serializers.UUIDField()
    state = serializers.ChoiceField(["pending", "delivered", "held"])
    attempts = serializers.IntegerField()
    last_status = serializers.IntegerField()
    last_error = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)


class PartnerDeliveryPageSerializer(serializers.Serializer[Any]):
    """The delivery log, newest first; `next_cursor` is null on the last page."""

    deliveries = PartnerDeliverySerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PartnerDeliveriesQuerySerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(
        ["pending", "delivered", "held"], required=False, allow_blank=True, default=""
    )
    cursor = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=TEXT_LENGTH_MAX
    )
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)


class PartnerReplaySerializer(serializers.Serializer[Any]):
    """What to send again: one delivery, or all since a time, or with neither all that are held."""

    delivery_id = serializers.UUIDField(**_OPTIONAL)
    since = serializers.DateTimeField(**_OPTIONAL)


class PartnerReplayedSerializer(serializers.Serializer[Any]):
    """How many deliveries are sent again."""

    replayed = serializers.IntegerField()
    status_url = serializers.CharField()
