"""An order's events for a browser that follows it, without a worker that waits with it.

Each request is answered at once with what is new, and says when to ask again; the browser's
`EventSource` does so by itself, with the id of the last event that it has. 204 ends that.
"""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from modules.gateway.compositions.order_events import CONTENT_TYPE, frames, news_of, retry_ms
from modules.gateway.compositions.order_page import ByOrder
from modules.gateway.fronts.caller import FrontView
from modules.gateway.fronts.refusals import ANYWHERE, NO_ORDER


class EventStreamRenderer(JSONRenderer):
    """This lets a client say that it accepts events. Events are made elsewhere; what is refused
    is said in JSON, whatever is accepted."""

    media_type = CONTENT_TYPE
    format = "events"


class WebOrderEventsView(FrontView):
    """The events of one order."""

    renderer_classes = (JSONRenderer, EventStreamRenderer)

    @extend_schema(
        tags=("orders",),
        operation_id="web_follow_order",
        summary="Follow an order by Server-Sent Events",
        parameters=[
            OpenApiParameter("order_id", OpenApiTypes.UUID, OpenApiParameter.PATH),
            OpenApiParameter(
                "Last-Event-ID",
                str,
                OpenApiParameter.HEADER,
                description="The id of the last event that you have; only later ones are sent.",
            ),
        ],
        responses={
            (200, CONTENT_TYPE): OpenApiTypes.STR,
            204: OpenApiResponse(description="Nothing more will happen: do not ask again."),
            **NO_ORDER,
            **ANYWHERE,
        },
    )
    def get(self, request: Request, order_id: str) -> HttpResponse:
        news = news_of(
            ByOrder(order_id=order_id),
            after=request.headers.get("Last-Event-ID", ""),
        )
        if news.is_over:
            return HttpResponse(status=204)
        return HttpResponse(
            frames(news.moments, retry_ms=retry_ms(news, now=timezone.now())),
            content_type=f"{CONTENT_TYPE}; charset=utf-8",
            headers={"Cache-Control": "no-store"},
        )
