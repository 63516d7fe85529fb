"""What a token says, and the rules that it is held to.

joserfc checks the signature and no more: it takes expired tokens and any ``typ``. The rules
here are ours, and closed: what a token of ours never has is refused and not left aside.
Source: RFC 8725 (JWT best current practices), RFC 9068 for ``typ``.
"""

from typing import Any

from modules.kernel.contracts import Principal, PrincipalKind

#: One algorithm, for whoever signs and whoever verifies: a token's word for it is not taken.
ALGORITHM = "ES256"
TYPE = "quarry-call+jwt"
LIFETIME_SECONDS = 60
#: How far two clocks may be apart.
SKEW_SECONDS = 5

_HEADER = {"alg", "typ", "kid"}
_CLAIMS = {"iss", "sub", "aud", "iat", "nbf", "exp"}
#: For whom the call is made; a call that a module makes for itself has none.
PRINCIPAL = "principal"


class TokenRefused(Exception):
    """This says why a token is not taken: for the log of the receiver, and not for its sender."""


def check_header(header: dict[str, Any]) -> str:
    """This holds a token's header to the rules, before any key is looked at, and gives its kid.

    Raises:
        TokenRefused
    """
    if header.get("alg") != ALGORITHM:
        raise TokenRefused(f"its alg is {header.get('alg')!r}, not {ALGORITHM}")
    if header.get("typ") != TYPE:
        raise TokenRefused(f"its typ is {header.get('typ')!r}, not {TYPE}")
    # Among them jwk, jku, x5u and x5c, which bring the attacker's own key, and crit.
    if others := sorted(header.keys() - _HEADER):
        raise TokenRefused(f"its header has {others[0]!r}, which no token of ours has")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise TokenRefused("it does not name its key")
    return kid


def check_claims(
    claims: dict[str, Any], *, issuer: str, audience: str, owner: str, now: float
) -> None:
    """This holds the claims of a token with a good signature to the rules.

    Args:
        owner: the module whose key has signed it.
        now: seconds since 1970.

    Raises:
        TokenRefused
    """
    if different := sorted((claims.keys() - {PRINCIPAL}) ^ _CLAIMS):
        raise TokenRefused(f"it has {different[0]!r} too many, or not at all")
    if claims["iss"] != issuer:
        raise TokenRefused(f"its issuer is {claims['iss']!r}, not {issuer!r}")
    if claims["aud"] != audience:
        raise TokenRefused(f"it is for {claims['aud']!r}, not for {audience!r}")
    if claims["sub"] != owner:
        raise TokenRefused(f"it says that it is of {claims['sub']!r}, with a key of {owner!r}")
    times = [claims[name] for name in ("iat", "nbf", "exp")]
    # A bool is an int to Python, and a float may be infinite.
    if any(type(one) is not int for one in times):
        raise TokenRefused("its times are not whole numbers")
    issued_at, not_before, expires_at = times
    if not 0 < expires_at - issued_at <= LIFETIME_SECONDS:
        raise TokenRefused(f"it lives longer than {LIFETIME_SECONDS} s, or not at all")
    if expires_at <= now:
        raise TokenRefused("it has expired")
    if max(issued_at, not_before) > now + SKEW_SECONDS:
        raise TokenRefused("it is not valid yet")


def claim_of(principal: Principal) -> dict[str, Any]:
    """This gives a principal as a claim."""
    return {
        "kind": str(principal.kind),
        "sub": principal.subject,
        "client": principal.client_id,
        "scopes": sorted(principal.scopes),
        "plan": principal.plan,
    }


def principal_of(claims: dict[str, Any]) -> Principal | None:
    """This reads for whom a call is made. Raises: TokenRefused."""
    claim = claims.get(PRINCIPAL)
    if claim is None:
        return None
    try:
        return Principal(
            kind=PrincipalKind(claim["kind"]),
            subject=str(claim["sub"]),
            client_id=str(claim["client"]),
            scopes=frozenset(map(str, claim["scopes"])),
            plan=str(claim["plan"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise TokenRefused("it does not say for whom it is") from error
