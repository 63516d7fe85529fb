"""Issuing: access tokens of this installation, after RFC 9068."""

import time
import uuid
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from django.conf import settings
from joserfc import jwt

from modules.kernel.contracts import PrincipalKind
from modules.kernel.identity.keys import SigningKeys
from modules.kernel.identity.rules import KIND, PLAN

ALGORITHM = "RS256"
LIFETIME_SECONDS = 600


class Issuing:
    """This issues tokens in the name of this installation.

    Args:
        clock: gives seconds since 1970.
    """

    def __init__(
        self,
        keys: SigningKeys,
        *,
        issuer: str,
        audience: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
        self._clock = clock

    def token(
        self,
        *,
        subject: str,
        scopes: Iterable[str],
        kind: PrincipalKind,
        client_id: str,
        plan: str = "",
        lifetime_seconds: int = LIFETIME_SECONDS,
    ) -> str:
        """This gives an access token. Raises: SigningKeysMissing."""
        now = int(self._clock())
        key = self.keys.signing()
        claims = {
            "iss": self.issuer,
            "sub": subject,
            "aud": self.audience,
            "client_id": client_id,
            "scope": " ".join(sorted(set(scopes))),
            "iat": now,
            "exp": now + lifetime_seconds,
            "jti": str(uuid.uuid4()),
            KIND: str(kind),
        }
        if plan:
            claims[PLAN] = plan
        header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": key.kid}
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])


def issuing() -> Issuing:
    """This gives what issues the tokens of this installation, as the settings say."""
    return _issuing(
        settings.QUARRY_TOKEN_KEYS,
        settings.QUARRY_TOKEN_KEYS_MADE,
        settings.QUARRY_ISSUER,
        settings.QUARRY_AUDIENCE,
    )


@cache
def _issuing(folder: str, makes: bool, issuer: str, audience: str) -> Issuing:
    return Issuing(SigningKeys(Path(folder), makes=makes), issuer=issuer, audience=audience)
