"""The shapes of the web front end: rich, with pictures and links, every part with its state."""

from typing import Any

from rest_framework import serializers

from modules.kernel.composition import State

#: The front ends' own bounds of what is sent to them; the modules have theirs.
TEXT_LENGTH_MAX = 200


class PartsSerializer(serializers.DictField):
    """What became of each part of the answer: `ok`, `missing` or `late`."""

    child = serializers.ChoiceField([state.value for state in State])


class MoneyFields(serializers.Serializer[Any]):
    currency = serializers.CharField()
    total_minor = serializers.IntegerField(help_text="In the currency's smallest unit.")


class WebProductSerializer(serializers.Serializer[Any]):
    """A product as it is offered; `available` is null where nobody could say."""

    sku = serializers.CharField()
    name = serializers.CharField()
    category = serializers.CharField()
    unit_price_minor = serializers.IntegerField()
    currency = serializers.CharField()
    available = serializers.IntegerField(allow_null=True)
    availability = serializers.CharField(help_text="In a customer's words.")
    picture = serializers.CharField()


class WebProductPageSerializer(serializers.Serializer[Any]):
    """A page of products; `next_cursor` is null on the last."""

    products = WebProductSerializer(many=True)
    categories = serializers.ListField(child=serializers.CharField())
    next_cursor = serializers.CharField(allow_null=True)
    parts = PartsSerializer()


class WebProductDetailsSerializer(serializers.Serializer[Any]):
    """A product with others of its category."""

    product = WebProductSerializer()
    neighbours = WebProductSerializer(many=True)
    parts = PartsSerializer()


class WebAddressSerializer(serializers.Serializer[Any]):
    """A postal address; some countries have no postal codes, some no regions."""

    name = serializers.CharField(max_length=TEXT_LENGTH_MAX)
    line1 = serializers.CharField(max_length=TEXT_LENGTH_MAX)
    city = serializers.CharField(max_length=TEXT_LENGTH_MAX)
    country = serializers.CharField(max_length=TEXT_LENGTH_MAX)
    postal_code = serializers.CharField(
        max_length=TEXT_LENGTH_MAX, required=False, allow_blank=True, default=""
    )
    region = serializers.CharField(
        max_length=TEXT_LENGTH_MAX, required=False, allow_blank=True, default=""
    )


class WebOrderLineSerializer(serializers.Serializer[Any]):
    """A line of an order; price and total are null until they are agreed."""

    sku = serializers.CharField()
    name = serializers.CharField()
    category = serializers.CharField(allow_null=True)
    picture = serializers.CharField(allow_null=True)
    quantity = serializers.IntegerField()
    unit_price_minor = serializers.IntegerField(allow_null=True)
    discount_percent = serializers.FloatField()
    total_minor = serializers.IntegerField(allow_null=True)


class WebPaymentSerializer(serializers.Serializer[Any]):
    status = serializers.CharField()
    authorised_minor = serializers.IntegerField()
    captured_minor = serializers.IntegerField()
    refunded_minor = serializers.IntegerField()
    currency = serializers.CharField(allow_blank=True)


class WebShipmentSerializer(serializers.Serializer[Any]):
    shipment_id = serializers.CharField()
    status = serializers.CharField()
    carrier = serializers.CharField(allow_blank=True)
    tracking_number = serializers.CharField(allow_blank=True)


class WebStepSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    state = serializers.ChoiceField(["done", "current", "waiting", "failed"])


class WebProgressSerializer(serializers.Serializer[Any]):
    """How far the order is, in a customer's words; `final` once nothing will change any more."""

    headline = serializers.CharField()
    explanation = serializers.CharField()
    advice = serializers.CharField(allow_blank=True)
    money = serializers.CharField(allow_blank=True)
    final = serializers.BooleanField()
    cancellable = serializers.BooleanField()
    returnable = serializers.BooleanField()
    steps = WebStepSerializer(many=True)


class WebMomentSerializer(serializers.Serializer[Any]):
    event_id = serializers.CharField()
    what = serializers.CharField()
    code = serializers.CharField(allow_blank=True)
    happened_at = serializers.DateTimeField()


class WebFailureSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)


class WebLinksSerializer(serializers.Serializer[Any]):
    """Where to go on; `cancel` and `give_back` are null where there is nothing to do."""

    self = serializers.CharField()
    events = serializers.CharField()
    page = serializers.CharField()
    cancel = serializers.CharField(allow_null=True)
    give_back = serializers.CharField(allow_null=True)


class WebOrderSerializer(MoneyFields):
    """An order with its payment, shipment, goods and timeline.

    `payment` and `shipment` are null where there is none; where `parts` says that they are not
    `ok`, nobody could say.
    """

    order_id = serializers.UUIDField()
    status = serializers.CharField()
    placed_at = serializers.DateTimeField()
    failure = WebFailureSerializer(allow_null=True)
    progress = WebProgressSerializer()
    lines = WebOrderLineSerializer(many=True)
    ship_to = WebAddressSerializer()
    payment = WebPaymentSerializer(allow_null=True)
    shipment = WebShipmentSerializer(allow_null=True)
    timeline = WebMomentSerializer(many=True)
    links = WebLinksSerializer()
    parts = PartsSerializer()


class WebOrderSummarySerializer(MoneyFields):
    order_id = serializers.UUIDField()
    status = serializers.CharField()
    placed_at = serializers.DateTimeField()


class WebOrderPageSerializer(serializers.Serializer[Any]):
    """Your orders, newest first; `next_cursor` is null on the last page."""

    orders = WebOrderSummarySerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class WebBasketLineSerializer(serializers.Serializer[Any]):
    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price_minor = serializers.IntegerField()
    total_minor = serializers.IntegerField()


class WebBasketSerializer(serializers.Serializer[Any]):
    """What has been chosen so far; the currency of an empty basket is the empty text."""

    currency = serializers.CharField(allow_blank=True)
    total_minor = serializers.IntegerField()
    lines = WebBasketLineSerializer(many=True)
    csrf_token = serializers.CharField(
        help_text="To be sent as `X-CSRFToken` with what changes something."
    )


class WebQuantitySerializer(serializers.Serializer[Any]):
    """How many there are to be; 0 takes the product out."""

    quantity = serializers.IntegerField(min_value=0, max_value=999)


class WebCheckoutSerializer(serializers.Serializer[Any]):
    ship_to = WebAddressSerializer()
    payment_token = serializers.CharField(max_length=TEXT_LENGTH_MAX)


class WebAcceptedSerializer(serializers.Serializer[Any]):
    """It was taken in; what becomes of it is told under `status_url`, also as events."""

    order_id = serializers.UUIDField()
    status = serializers.CharField()
    status_url = serializers.CharField()


class WebProductsQuerySerializer(serializers.Serializer[Any]):
    category = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=TEXT_LENGTH_MAX
    )
    q = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=TEXT_LENGTH_MAX
    )
    cursor = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=TEXT_LENGTH_MAX
    )
    limit = serializers.IntegerField(required=False, default=24, min_value=1, max_value=100)


class CursorQuerySerializer(serializers.Serializer[Any]):
    cursor = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=TEXT_LENGTH_MAX
    )
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)
