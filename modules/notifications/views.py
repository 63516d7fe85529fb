"""Notifications over HTTP: which mails were sent for an order."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.kernel import interfaces
from modules.kernel.http.principals import principal_of
from modules.notifications import queries
from modules.notifications.domain.letters import Kind
from modules.notifications.models import Mail
from modules.ordering.contracts import Ordering


class QuestionFields(serializers.Serializer[Any]):
    order_id = serializers.CharField(max_length=64)


class MailFields(serializers.Serializer[Any]):
    kind = serializers.ChoiceField([kind.value for kind in Kind])
    status = serializers.ChoiceField(Mail.State.values)
    sent_at = serializers.DateTimeField(allow_null=True)


class MailsFields(serializers.Serializer[Any]):
    mails = MailFields(many=True)


class NotificationsView(APIView):
    """This is the mails for one order."""

    @extend_schema(
        operation_id="notifications",
        summary="Which mails were sent for an order",
        parameters=[OpenApiParameter("order_id", str, required=True)],
        responses=MailsFields,
        tags=["notifications"],
    )
    def get(self, request: Request) -> Response:
        question = QuestionFields(data=request.query_params)
        question.is_valid(raise_exception=True)
        order_id = question.validated_data["order_id"]
        if not principal_of(request).is_of_the_house:
            # Ordering knows whose an order is, and refuses it to anybody else.
            interfaces.get(Ordering).order(order_id=order_id)
        mails = queries.mails_of(order_id)
        return Response({"mails": MailFields(mails, many=True).data})
