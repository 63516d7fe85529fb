"""Tokens for the servers of a benchmark: one folder of keys, and a header that says who asks."""

from collections.abc import Mapping
from pathlib import Path

from modules.kernel.contracts import PrincipalKind
from modules.kernel.identity.issuing import Issuing
from modules.kernel.identity.keys import SigningKeys

_AN_HOUR = 3_600
#: As config.settings.base has them.
ISSUER, AUDIENCE = "http://127.0.0.1:8000", "quarry"


def environment(folder: Path) -> dict[str, str]:
    """This is what a server is told, so that it takes the tokens."""
    return {"QUARRY_TOKEN_KEYS": str(folder / "token-keys")}


def bearer(folder: Path, *scopes: str, plan: str = "") -> Mapping[str, str]:
    """This gives the header of a program of the house; of a plan, if it is to be limited."""
    keys = SigningKeys(folder / "token-keys", makes=True)
    token = Issuing(keys, issuer=ISSUER, audience=AUDIENCE).token(
        subject="bench",
        scopes=scopes,
        kind=PrincipalKind.SERVICE,
        client_id="bench",
        plan=plan,
        lifetime_seconds=_AN_HOUR,
    )
    return {"Authorization": f"Bearer {token}"}
