"""The rules that an access token from outside is held to, closed where they can be.

joserfc checks the signature and no more: it takes expired tokens and any ``typ``.
Source: RFC 8725 (JWT best current practices), RFC 9068 (JWT profile for access tokens).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modules.kernel.contracts import Principal, PrincipalKind

#: How far two clocks may be apart.
SKEW_SECONDS = 30
LONGEST = 8_000
_TYPES = ("at+jwt", "application/at+jwt")
#: Private claims of this installation's own tokens.
KIND, PLAN = "quarry_kind", "quarry_plan"
#: The longest subject that is kept as it is: modules store a customer's id of 200 characters.
_LONGEST_SUBJECT = 160
_REQUIRED = ("iss", "sub", "aud", "exp", "iat", "jti", "client_id")


class BadToken(Exception):
    """This says why a token is not taken: for this side's log, and not for its sender."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """This is how far another issuer is believed.

    Attributes:
        name: what stands before its subjects, so that none of them is one of ours, or of another
            issuer's: it knows nothing of who has which id here.
        kinds: who it may speak for.
        scopes: the most that its tokens give leave to.
    """

    name: str
    kinds: frozenset[PrincipalKind]
    scopes: frozenset[str]

    def named(self, said: str) -> str:
        """This gives the id, here, of somebody whom the issuer knows by its own."""
        if len(said) > _LONGEST_SUBJECT:
            said = hashlib.sha256(said.encode()).hexdigest()
        # No id that is made here has a colon.
        return f"{self.name}:{said}"


def check_header(header: Mapping[str, Any], *, algorithm: str) -> str:
    """This holds a header to the rules, before any key is looked at, and gives its kid.

    ``jwk``, ``jku``, ``x5u`` and ``x5c``, which bring a key along, are never looked at: the key
    is the issuer's own of that id, or none.

    Args:
        algorithm: the issuer's, which is fixed: a token's own word for it is not taken.

    Raises:
        BadToken
    """
    if header.get("alg") != algorithm:
        raise BadToken(f"its alg is {header.get('alg')!r}, not {algorithm}")
    typ = header.get("typ")
    if not isinstance(typ, str) or typ.lower() not in _TYPES:
        raise BadToken(f"its typ is {typ!r}, not at+jwt: it is no access token")
    if "crit" in header:
        raise BadToken("it has crit, and no extension is understood here")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise BadToken("it does not name its key")
    return kid


def check_claims(claims: Mapping[str, Any], *, issuer: str, audience: str, now: float) -> None:
    """This holds the claims of a token with a good signature to the rules.

    Args:
        now: seconds since 1970.

    Raises:
        BadToken
    """
    for name in _REQUIRED:
        if name not in claims:
            raise BadToken(f"it has no {name}")
    if claims["iss"] != issuer:
        raise BadToken(f"its issuer is {claims['iss']!r}, not {issuer!r}")
    meant_for = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if audience not in meant_for:
        raise BadToken(f"it is for {claims['aud']!r}, not for {audience!r}")
    for name in ("sub", "client_id", "jti"):
        if not isinstance(claims[name], str) or not claims[name]:
            raise BadToken(f"its {name} is no text")
    times = [claims[name] for name in ("iat", "exp")] + [claims.get("nbf", claims["iat"])]
    # A bool is an int to Python, and a float may be infinite.
    if any(type(one) is not int for one in times):
        raise BadToken("its times are not whole numbers")
    issued_at, expires_at, not_before = times
    if expires_at + SKEW_SECONDS <= now:
        raise BadToken("it has expired")
    if max(issued_at, not_before) > now + SKEW_SECONDS:
        raise BadToken("it is not valid yet")


def principal_of(claims: Mapping[str, Any], *, foreign: Foreign | None) -> Principal:
    """This gives who a token with good claims stands for.

    Args:
        foreign: how far its issuer is believed; None for this installation. Others' words for a
            kind and a plan are not taken: a foreign issuer makes no operators.

    Raises:
        BadToken
    """
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise BadToken("its scope is no text")
    usual = (
        PrincipalKind.PARTNER if claims["sub"] == claims["client_id"] else PrincipalKind.CUSTOMER
    )
    if foreign is not None:
        if usual not in foreign.kinds:
            raise BadToken(f"it is of a {usual}, for whom {foreign.name} may not speak here")
        return Principal(
            kind=usual,
            subject=foreign.named(claims["sub"]),
            client_id=foreign.named(claims["client_id"]),
            scopes=foreign.scopes.intersection(scope.split()),
        )
    try:
        kind = PrincipalKind(claims.get(KIND, usual))
    except ValueError:
        raise BadToken(f"its {KIND} is {claims[KIND]!r}, which is none") from None
    return Principal(
        kind=kind,
        subject=claims["sub"],
        client_id=claims["client_id"],
        scopes=frozenset(scope.split()),
        plan=str(claims.get(PLAN, "")),
    )
