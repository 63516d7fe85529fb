"""A partner's webhooks: where to be told, with which secret, and what was delivered."""

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from modules.gateway.fronts.accepted import accepted
from modules.gateway.fronts.partner.shapes import (
    PartnerDeliveriesQuerySerializer,
    PartnerDeliveryPageSerializer,
    PartnerEndpointChangeSerializer,
    PartnerEndpointSerializer,
    PartnerEndpointsSerializer,
    PartnerNewEndpointSerializer,
    PartnerReplayedSerializer,
    PartnerReplaySerializer,
    PartnerSecretSerializer,
)
from modules.gateway.fronts.partner.view import PartnerView
from modules.gateway.fronts.refusals import (
    ANYWHERE,
    BAD_REQUEST,
    INVALID,
    refusal,
)
from modules.kernel import interfaces
from modules.partners.contracts import Partners

_TAGS = ("webhooks",)
_ENDPOINT_ID = OpenApiParameter("endpoint_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_NO_ENDPOINT = refusal(404, "There is no such endpoint of yours.")


class PartnerEndpointsView(PartnerView):
    """Where the partner is told."""

    @extend_schema(
        tags=_TAGS,
        operation_id="list_webhooks",
        summary="List your endpoints",
        responses={200: PartnerEndpointsSerializer, **ANYWHERE},
    )
    def get(self, request: Request) -> Response:
        found = interfaces.get(Partners).endpoints(partner=self.partner)
        return Response(PartnerEndpointsSerializer({"endpoints": found}).data)

    @extend_schema(
        tags=_TAGS,
        operation_id="add_webhook",
        summary="Add an endpoint",
        description="It is told of orders placed while you have one. The secret is told once.",
        request=PartnerNewEndpointSerializer,
        responses={
            201: PartnerSecretSerializer,
            **BAD_REQUEST,
            **INVALID,
            **ANYWHERE,
        },
    )
    def post(self, request: Request) -> Response:
        body = PartnerNewEndpointSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = interfaces.get(Partners).add_endpoint(
            partner=self.partner,
            url=body.validated_data["url"],
            event_types=tuple(body.validated_data.get("event_types", ())),
        )
        return Response(
            PartnerSecretSerializer(made).data,
            status=status.HTTP_201_CREATED,
            headers={"Location": _url(request, "webhook", made.endpoint.endpoint_id)},
        )


class PartnerEndpointView(PartnerView):
    """One endpoint."""

    @extend_schema(
        tags=_TAGS,
        operation_id="read_webhook",
        summary="Read an endpoint and whether it is well",
        parameters=[_ENDPOINT_ID],
        responses={200: PartnerEndpointSerializer, **_NO_ENDPOINT, **ANYWHERE},
    )
    def get(self, request: Request, endpoint_id: str) -> Response:
        found = interfaces.get(Partners).endpoint(partner=self.partner, endpoint_id=endpoint_id)
        return Response(PartnerEndpointSerializer(found).data)

    @extend_schema(
        tags=_TAGS,
        operation_id="change_webhook",
        summary="Change, disable or enable an endpoint",
        parameters=[_ENDPOINT_ID],
        request=PartnerEndpointChangeSerializer,
        responses={
            200: PartnerEndpointSerializer,
            **BAD_REQUEST,
            **_NO_ENDPOINT,
            **INVALID,
            **ANYWHERE,
        },
    )
    def patch(self, request: Request, endpoint_id: str) -> Response:
        body = PartnerEndpointChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked: dict[str, Any] = body.validated_data
        types = asked.get("event_types")
        changed = interfaces.get(Partners).change_endpoint(
            partner=self.partner,
            endpoint_id=endpoint_id,
            url=asked.get("url"),
            event_types=None if types is None else tuple(types),
            enabled=asked.get("enabled"),
        )
        return Response(PartnerEndpointSerializer(changed).data)

    @extend_schema(
        tags=_TAGS,
        operation_id="remove_webhook",
        summary="Remove an endpoint with its delivery log",
        parameters=[_ENDPOINT_ID],
        responses={
            204: OpenApiResponse(description="It is gone."),
            **_NO_ENDPOINT,
            **ANYWHERE,
        },
    )
    def delete(self, request: Request, endpoint_id: str) -> Response:
        interfaces.get(Partners).remove_endpoint(partner=self.partner, endpoint_id=endpoint_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PartnerSecretView(PartnerView):
    """The secret of an endpoint."""

    @extend_schema(
        tags=_TAGS,
        operation_id="rotate_webhook_secret",
        summary="Give an endpoint a new secret",
        description="For a day messages are signed with both, so that you can change over.",
        parameters=[_ENDPOINT_ID],
        request=None,
        responses={201: PartnerSecretSerializer, **_NO_ENDPOINT, **ANYWHERE},
    )
    def post(self, request: Request, endpoint_id: str) -> Response:
        made = interfaces.get(Partners).rotate_secret(partner=self.partner, endpoint_id=endpoint_id)
        return Response(PartnerSecretSerializer(made).data, status=status.HTTP_201_CREATED)


class PartnerDeliveriesView(PartnerView):
    """The delivery log of an endpoint."""

    @extend_schema(
        tags=_TAGS,
        operation_id="list_deliveries",
        summary="Read the delivery log of an endpoint, newest first",
        parameters=[_ENDPOINT_ID, PartnerDeliveriesQuerySerializer],
        responses={
            200: PartnerDeliveryPageSerializer,
            **BAD_REQUEST,
            **_NO_ENDPOINT,
            **INVALID,
            **ANYWHERE,
        },
    )
    def get(self, request: Request, endpoint_id: str) -> Response:
        query = PartnerDeliveriesQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = interfaces.get(Partners).deliveries(
            partner=self.partner, endpoint_id=endpoint_id, **query.validated_data
        )
        return Response(PartnerDeliveryPageSerializer(page).data)


class PartnerReplayView(PartnerView):
    """The wish that deliveries be sent again."""

    @extend_schema(
        tags=_TAGS,
        operation_id="replay_deliveries",
        summary="Have deliveries sent again, in order for each order",
        parameters=[_ENDPOINT_ID],
        request=PartnerReplaySerializer,
        responses={
            202: PartnerReplayedSerializer,
            **BAD_REQUEST,
            **_NO_ENDPOINT,
            **INVALID,
            **ANYWHERE,
        },
    )
    def post(self, request: Request, endpoint_id: str) -> Response:
        body = PartnerReplaySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        count = interfaces.get(Partners).replay(
            partner=self.partner,
            endpoint_id=endpoint_id,
            delivery_id=str(body.validated_data.get("delivery_id", "")),
            since=body.validated_data.get("since"),
        )
        url = _url(request, "deliveries", endpoint_id)
        return accepted(PartnerReplayedSerializer, {"replayed": count, "status_url": url})


def _url(request: Request, name: str, endpoint_id: str) -> str:
    return request.build_absolute_uri(reverse(f"partner:{name}", args=[endpoint_id]))
