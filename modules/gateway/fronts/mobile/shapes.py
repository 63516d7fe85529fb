"""The shapes of the mobile front end. No field is required: what is empty is not sent."""

from typing import Any

from rest_framework import serializers

from modules.gateway.fronts.web.shapes import TEXT_LENGTH_MAX

_OPTIONAL: dict[str, Any] = {"required": False}


class MobileLineSerializer(serializers.Serializer[Any]):
    n = serializers.IntegerField(help_text="How many.")
    name = serializers.CharField()


class MobileOrderSerializer(serializers.Serializer[Any]):
    """An order. Money is in the currency's smallest unit; `step` counts to 5."""

    id = serializers.UUIDField(**_OPTIONAL)
    status = serializers.CharField(**_OPTIONAL)
    step = serializers.IntegerField(**_OPTIONAL)
    say = serializers.CharField(help_text="Where it is, in a customer's words.", **_OPTIONAL)
    total = serializers.IntegerField(**_OPTIONAL)
    paid = serializers.IntegerField(**_OPTIONAL)
    cur = serializers.CharField(**_OPTIONAL)
    lines = MobileLineSerializer(many=True, **_OPTIONAL)
    track = serializers.CharField(**_OPTIONAL)
    can = serializers.ListField(child=serializers.ChoiceField(["cancel", "return"]), **_OPTIONAL)


class MobileOrderPageSerializer(serializers.Serializer[Any]):
    """Your orders, newest first; without `next` on the last page."""

    orders = MobileOrderSerializer(many=True)
    next = serializers.CharField(**_OPTIONAL)


class MobileProductSerializer(serializers.Serializer[Any]):
    """A product; `left` is not sent where nobody could say."""

    sku = serializers.CharField(**_OPTIONAL)
    name = serializers.CharField(**_OPTIONAL)
    price = serializers.IntegerField(**_OPTIONAL)
    cur = serializers.CharField(**_OPTIONAL)
    left = serializers.IntegerField(**_OPTIONAL)


class MobileProductPageSerializer(serializers.Serializer[Any]):
    """A page of products; without `next` on the last."""

    products = MobileProductSerializer(many=True)
    next = serializers.CharField(**_OPTIONAL)
    parts = serializers.DictField(
        child=serializers.CharField(), help_text="Parts that are missing or late.", **_OPTIONAL
    )


class FieldsQuerySerializer(serializers.Serializer[Any]):
    fields_ = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `fields` is a name that Django REST framework has for itself.
        declared = super().get_fields()
        return {name.rstrip("_"): field for name, field in declared.items()}


class MobilePageQuerySerializer(FieldsQuerySerializer):
    cursor = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=TEXT_LENGTH_MAX
    )
    limit = serializers.IntegerField(required=False, default=20, min_value=1, max_value=100)


class MobileProductsQuerySerializer(MobilePageQuerySerializer):
    category = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=TEXT_LENGTH_MAX
    )
    q = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=TEXT_LENGTH_MAX
    )
