"""The header by which a request that is sent again is known: `Idempotency-Key`.

It is read here and judged by the module that does what is asked for, in the transaction in which
it does it; see docs/decisions/0033. What a client sends is the client's own: a module that keeps
the keys of all in one place is given `key_of_sender`, so that nobody can use up another's.
Source: draft-ietf-httpapi-idempotency-key-header.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from modules.kernel.contracts import Problem
from modules.kernel.http.principals import principal_of

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


@contextmanager
def key_of_sender(request: Request, *, front: str) -> Iterator[str]:
    """This gives the key of a request together with who sent it: no two senders have the same.

    A refusal from inside that names it goes on with the key that was sent, which is all that the
    sender knows of.

    Args:
        front: where it was sent to; each has keys of its own.

    Raises:
        IdempotencyKeyMissing: there is none.
    """
    sent = idempotency_key(request)
    # Neither a token's subject nor a header's value can be read as the two of others: no header
    # has a zero byte in it.
    words = f"{principal_of(request).subject}\0{sent}"
    key = f"{front}:{hashlib.sha256(words.encode()).hexdigest()}"
    try:
        yield key
    except Problem as refusal:
        if refusal.facts.get("key") != key:
            raise
        facts = {**refusal.facts, "key": sent}
        raise type(refusal)(refusal.detail.replace(key, sent), **facts) from refusal
