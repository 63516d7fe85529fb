"""The header by which a request that is sent again is known: `Idempotency-Key`.

It is read here and judged by the module that does what is asked for, in the transaction in which
it does it; see docs/decisions/0033.
Source: draft-ietf-httpapi-idempotency-key-header.
"""

from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

LENGTH_MAX = 255


class IdempotencyKeyMissing(APIException):
    """This says that something was asked for without a key to know its repetition by."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "idempotency_key_missing"
    default_detail = (
        f"this needs an Idempotency-Key header: 1 to {LENGTH_MAX} characters, new for each "
        "request and the same for each repetition of one"
    )


def idempotency_key(request: Request) -> str:
    """This gives the key of a request. Raises: IdempotencyKeyMissing."""
    key: str = request.headers.get("Idempotency-Key", "").strip()
    if not 1 <= len(key) <= LENGTH_MAX:
        raise IdempotencyKeyMissing
    return key
