"""Verifying: whom a bearer token stands for, or a refusal."""

import hashlib
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from joserfc import jws
from joserfc.errors import JoseError

from modules.kernel.contracts import ANONYMOUS, Principal
from modules.kernel.identity.issuers import Issuer, issuers_of
from modules.kernel.identity.keys import SigningKeys
from modules.kernel.identity.revocations import Revocations
from modules.kernel.identity.rules import (
    LONGEST,
    BadToken,
    check_claims,
    check_header,
    principal_of,
)

_REMEMBERED = 20_000


class _Known(NamedTuple):
    """This is a token that was verified: for whom, until when, and by whose key."""

    principal: Principal
    expires_at: int
    issuer: Issuer | None
    kid: str

    def is_good(self, now: float) -> bool:
        """This is true until it expires, while its issuer has the key.

        A key that was stolen is taken away, and with it all that it has signed: also what this
        process has seen before.
        """
        if self.issuer is None or now >= self.expires_at:
            return False
        return self.issuer.keys.key(self.kid) is not None


_UNKNOWN = _Known(ANONYMOUS, 0, None, "")


class TokenVerifier:
    """This verifies access tokens. Threads share it.

    Args:
        is_revoked: whether a token of this installation, by its SHA-256, was taken back.
        clock: gives seconds since 1970.
    """

    def __init__(
        self,
        issuers: Mapping[str, Issuer],
        *,
        is_revoked: Callable[[str], bool] = lambda digest: False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._issuers = issuers
        self._is_revoked = is_revoked
        self._clock = clock
        self._known: dict[str, _Known] = {}

    def principal(self, token: str) -> Principal:
        """This gives whom a token stands for.

        A token that is known is not verified again: a signature costs more than all else that
        the edge does. It is known by its digest, so that memory holds nothing to sign in with.

        Raises:
            BadToken: with the reason, which is for this side's log only.
        """
        now = self._clock()
        digest = hashlib.sha256(token.encode()).hexdigest()
        known = self._known.get(digest, _UNKNOWN)
        if not known.is_good(now):
            known = self._verify(token, now)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[digest] = known
        if known.issuer and known.issuer.foreign is None and self._is_revoked(digest):
            raise BadToken("it was taken back")
        return known.principal

    def _verify(self, token: str, now: float) -> _Known:
        if len(token) > LONGEST:
            raise BadToken(f"it is longer than {LONGEST} characters")
        try:
            unverified = jws.extract_compact(token.encode())
            header = unverified.headers()
            claimed = msgspec.json.decode(unverified.payload, type=dict[str, Any])
        except (JoseError, ValueError, RecursionError) as error:
            raise BadToken(f"it is no token: {error}") from error
        # The one word of it that is taken before it is verified, to know with whose keys.
        issuer = self._issuers.get(str(claimed.get("iss", "")))
        if issuer is None:
            raise BadToken(f"its issuer {str(claimed.get('iss'))[:80]!r} is not believed here")
        kid = check_header(header, algorithm=issuer.algorithm)
        key = issuer.keys.key(kid)
        if key is None:
            raise BadToken(f"{issuer.name} has no key {kid[:80]!r}")
        try:
            payload = jws.deserialize_compact(token, key, algorithms=[issuer.algorithm]).payload
            claims: dict[str, Any] = msgspec.json.decode(payload, type=dict[str, Any])
        except (JoseError, ValueError, RecursionError) as error:
            raise BadToken(f"its signature or its claims are wrong: {error}") from error
        check_claims(claims, issuer=issuer.name, audience=issuer.audience, now=now)
        who = principal_of(claims, foreign=issuer.foreign)
        return _Known(who, claims["exp"], issuer, kid)


def verifier() -> TokenVerifier:
    """This gives what verifies tokens in this process, as the settings say."""
    return _verifier(
        settings.QUARRY_TOKEN_KEYS,
        settings.QUARRY_ISSUER,
        settings.QUARRY_AUDIENCE,
        msgspec.json.encode(settings.QUARRY_TOKEN_ISSUERS),
        settings.QUARRY_REVOKED_WITHIN_SECONDS,
    )


@cache
def _verifier(
    folder: str, issuer: str, audience: str, others: bytes, revoked_within_seconds: float
) -> TokenVerifier:
    return TokenVerifier(
        issuers_of(
            own=SigningKeys(Path(folder)),
            issuer=issuer,
            audience=audience,
            others=msgspec.json.decode(others, type=list[dict[str, Any]]),
        ),
        is_revoked=Revocations(every_seconds=revoked_within_seconds).has,
    )
