"""Signatures of webhooks, as any library for Standard Webhooks verifies them.

Source: Standard Webhooks 1.0.0, https://www.standardwebhooks.com.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

_PREFIX = "whsec_"
#: As long as the digest.
SECRET_BYTES = 32


def secret_of(random_bytes: bytes) -> str:
    """This writes a secret as it is given to a receiver."""
    return _PREFIX + base64.b64encode(random_bytes).decode()


def signed_headers(
    *, webhook_id: str, sent_at: datetime, body: bytes, secrets: Iterable[str]
) -> dict[str, str]:
    """This gives the three headers of a message, with a signature by each secret.

    Args:
        secrets: one; two while one takes the other's place, so that a receiver can change over.
    """
    timestamp = str(int(sent_at.timestamp()))
    signed = b".".join((webhook_id.encode(), timestamp.encode(), body))
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"
