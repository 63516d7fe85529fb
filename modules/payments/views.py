"""The HTTP interface of payments: where the money for an order stands, and customers' accounts."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.kernel.http.principals import principal_of
from modules.kernel.http.problems import CONTENT_TYPE
from modules.kernel.messaging.context import on_behalf_of
from modules.payments import queries, use_cases
from modules.payments.contracts.errors import NotYourAccount, UnknownAccount
from modules.payments.domain.account import AMOUNT_MINOR_MAX, Account

_TEXT_LENGTH_MAX = 200
_PAGE_SIZE_MAX = 500


def _refusal(status: HTTPStatus, description: str) -> dict[tuple[int, str], OpenApiResponse]:
    return {(int(status), CONTENT_TYPE): OpenApiResponse(OpenApiTypes.OBJECT, description)}


_INVALID = _refusal(HTTPStatus.BAD_REQUEST, "Not valid; `errors` names the fields.")
_UNKNOWN = _refusal(HTTPStatus.NOT_FOUND, "unknown-account: nothing was ever paid in.")
_REFUSED = {
    **_INVALID,
    **_refusal(
        HTTPStatus.CONFLICT,
        "insufficient-funds, other-currency, entry-id-reused, or books-closed.",
    ),
}


class PaymentStatusSerializer(serializers.Serializer[Any]):
    """This is the body of a payment's status."""

    order_id = serializers.CharField()
    status = serializers.ChoiceField(
        ["none", "authorised", "captured", "voided", "refunded", "declined", "in_doubt"]
    )
    authorised_minor = serializers.IntegerField()
    captured_minor = serializers.IntegerField()
    refunded_minor = serializers.IntegerField()
    currency = serializers.CharField(allow_blank=True)


class MomentSerializer(serializers.Serializer[Any]):
    """This asks for the past; without either time, for now."""

    at = serializers.DateTimeField(
        required=False, help_text="Count what was in effect by then, to the microsecond."
    )
    known_at = serializers.DateTimeField(
        required=False, help_text="Count what had been recorded by then, to the microsecond."
    )


class AccountSerializer(serializers.Serializer[Any]):
    """This is what a customer's account holds; available = balance − held."""

    account_id = serializers.CharField()
    holder_name = serializers.CharField(allow_blank=True)
    currency = serializers.CharField()
    balance_minor = serializers.IntegerField()
    held_minor = serializers.IntegerField()
    available_minor = serializers.IntegerField()


class PostingSerializer(serializers.Serializer[Any]):
    ledger = serializers.CharField()
    amount_minor = serializers.IntegerField()


class EntrySerializer(serializers.Serializer[Any]):
    """This is one entry; its postings sum to zero."""

    version = serializers.IntegerField(source="recorded.version")
    kind = serializers.CharField()
    entry_id = serializers.CharField(source="recorded.event.entry_id")
    amount_minor = serializers.IntegerField()
    balance_minor = serializers.IntegerField()
    postings = PostingSerializer(many=True)
    effective_at = serializers.DateTimeField(source="recorded.effective_at")
    recorded_at = serializers.DateTimeField(source="recorded.recorded_at")
    who = serializers.CharField(source="recorded.who", allow_blank=True)
    why = serializers.CharField(source="recorded.why", allow_blank=True)
    caused_by = serializers.CharField(source="recorded.caused_by", allow_blank=True)


class EntriesQuerySerializer(serializers.Serializer[Any]):
    after = serializers.IntegerField(required=False, min_value=0, default=0)
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=_PAGE_SIZE_MAX, default=100
    )


class EntriesSerializer(serializers.Serializer[Any]):
    """This is a page of entries, oldest first; `next_after` is null on the last."""

    entries = EntrySerializer(many=True)
    next_after = serializers.IntegerField(allow_null=True)


class MoveMoneySerializer(serializers.Serializer[Any]):
    """This is money that came or went.

    The entry's id is chosen by the caller: sent again, it is the same entry.
    """

    entry_id = serializers.CharField(max_length=_TEXT_LENGTH_MAX)
    amount_minor = serializers.IntegerField(min_value=1, max_value=AMOUNT_MINOR_MAX)
    currency = serializers.RegexField(r"\A[A-Z]{3}\Z")
    effective_at = serializers.DateTimeField(required=False)
    why = serializers.CharField(
        max_length=_TEXT_LENGTH_MAX, required=False, default="", allow_blank=True
    )

    def validate_effective_at(self, effective_at: datetime) -> datetime:
        if effective_at > timezone.now():
            raise serializers.ValidationError("This is in the future: enter it when it happens.")
        return effective_at


class DepositSerializer(MoveMoneySerializer):
    """This is money that came; the first of it opens the account."""

    holder_name = serializers.CharField(
        max_length=_TEXT_LENGTH_MAX, required=False, default="", allow_blank=True
    )


class PaymentView(APIView):
    """This is the payment for one order."""

    @extend_schema(
        operation_id="payment_status",
        summary="Where the payment for an order stands",
        description="An order whose payment has not begun is answered with status `none`, "
        "not with 404: payments knows of an order only once money is asked for.",
        responses=PaymentStatusSerializer,
        tags=["payments"],
    )
    def get(self, request: Request, order_id: str) -> Response:
        return Response(
            PaymentStatusSerializer(
                queries.status_of(order_id, asked_by=principal_of(request))
            ).data
        )


@extend_schema(tags=["payments"])
class AccountView(APIView):
    """A customer's account, now or at any time."""

    @extend_schema(
        operation_id="get_account",
        summary="What a customer's account holds, or held at a time",
        parameters=[MomentSerializer],
        responses={200: AccountSerializer, **_INVALID, **_UNKNOWN},
    )
    def get(self, request: Request, account_id: str) -> Response:
        moment = MomentSerializer(data=request.query_params)
        moment.is_valid(raise_exception=True)
        _check_may_see(request, account_id)
        return _account(queries.account(account_id, **moment.validated_data))


@extend_schema(tags=["payments"])
class EntriesView(APIView):
    """The entries of a customer's account."""

    @extend_schema(
        operation_id="list_account_entries",
        summary="Entries of an account, with both times, who, why and what caused them",
        parameters=[EntriesQuerySerializer],
        responses={200: EntriesSerializer, **_INVALID, **_UNKNOWN},
    )
    def get(self, request: Request, account_id: str) -> Response:
        query = EntriesQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        _check_may_see(request, account_id)
        after, limit = query.validated_data["after"], query.validated_data["limit"]
        found = queries.entries(account_id, after=after, limit=limit + 1)
        page = found[:limit]
        return Response(
            EntriesSerializer(
                {
                    "entries": page,
                    "next_after": page[-1].recorded.version if len(found) > limit else None,
                }
            ).data
        )


@extend_schema(tags=["payments"])
class DepositsView(APIView):
    """Money paid into a customer's account."""

    @extend_schema(
        operation_id="deposit",
        summary="Pay money into an account; the first opens it",
        request=DepositSerializer,
        responses={200: AccountSerializer, **_REFUSED},
    )
    def post(self, request: Request, account_id: str) -> Response:
        _check_may_move_money(request, account_id)
        body = DepositSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        entry = dict(body.validated_data)
        with on_behalf_of(reason=entry.pop("why")):
            return _account(use_cases.deposit(account_id=account_id, **entry))


@extend_schema(tags=["payments"])
class WithdrawalsView(APIView):
    """Money paid out of a customer's account."""

    @extend_schema(
        operation_id="withdraw",
        summary="Pay money out of an account, never more than can be spent",
        request=MoveMoneySerializer,
        responses={200: AccountSerializer, **_REFUSED, **_UNKNOWN},
    )
    def post(self, request: Request, account_id: str) -> Response:
        _check_may_move_money(request, account_id)
        body = MoveMoneySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        entry = dict(body.validated_data)
        with on_behalf_of(reason=entry.pop("why")):
            return _account(use_cases.withdraw(account_id=account_id, **entry))


def _check_may_see(request: Request, account_id: str) -> None:
    if not principal_of(request).acts_for(account_id):
        # Another customer's account is nobody's business, nor is whether there is one.
        raise UnknownAccount(f"there is no account {account_id}", account_id=account_id)


def _check_may_move_money(request: Request, account_id: str) -> None:
    if not principal_of(request).acts_for(account_id):
        raise NotYourAccount("money is moved in one's own account only", account_id=account_id)


def _account(account: Account) -> Response:
    return Response(AccountSerializer(account).data)
