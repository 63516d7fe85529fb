"""What all views of the partner front end share: a partner, known by its token."""

from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.views import APIView

from modules.kernel.http.principals import principal_of
from modules.kernel.http.problems import Unauthenticated

KEY_LENGTH_MAX = 255


class IdempotencyKeyMissing(APIException):
    """This says that something was asked for without a key to know its repetition by."""

    status_code = 400
    default_code = "idempotency_key_missing"
    default_detail = (
        f"this needs an Idempotency-Key header: 1 to {KEY_LENGTH_MAX} characters, new for each "
        "request and the same for each repetition of one"
    )


class PartnerView(APIView):
    """This is a view for partners."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.partner = principal_of(request._request).subject
        if not self.partner:
            raise Unauthenticated("partners show a token: Authorization: Bearer …")


def idempotency_key(request: Request) -> str:
    """This gives the key of a request. Raises: IdempotencyKeyMissing."""
    key: str = request.headers.get("Idempotency-Key", "").strip()
    if not 1 <= len(key) <= KEY_LENGTH_MAX:
        raise IdempotencyKeyMissing
    return key
