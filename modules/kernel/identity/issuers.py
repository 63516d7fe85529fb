"""Whose tokens are believed: this installation's, and those of issuers that the settings name."""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec
import structlog
import urllib3
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from modules.kernel.contracts import PrincipalKind
from modules.kernel.identity.keys import SigningKeys
from modules.kernel.identity.rules import Foreign

_logger = structlog.get_logger("quarry.identity")

#: Signatures with a public key only: with a shared secret, whoever verifies could sign as well.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
Key = RSAKey | ECKey | OKPKey
#: Whom another issuer may speak for, where its configuration says so. It makes no operators, and
#: no programs of the house.
_KINDS = (PrincipalKind.CUSTOMER, PrincipalKind.PARTNER)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,38}")

#: An issuer's keys are asked for again after this, and for a key that is not among them no more
#: often than that: tokens with invented ids must not have the issuer asked for each.
_OLD_SECONDS = 3_600.0
_UNKNOWN_AGAIN_SECONDS = 30.0
_WAIT_SECONDS = 3.0
_LARGEST_BYTES = 256 * 1024


class Keys(Protocol):
    """This is where an issuer's public keys are found."""

    def key(self, kid: str) -> Key | None:
        """This gives the key of an id, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """This is somebody whose tokens are believed.

    Attributes:
        name: as ``iss`` says it, exactly.
        audience: what its tokens for this installation say in ``aud``.
        algorithm: the only one that it signs with.
        foreign: how far it is believed; None for this installation.
    """

    name: str
    audience: str
    algorithm: str
    keys: Keys
    foreign: Foreign | None


class PublishedKeys:
    """These are the keys that an issuer publishes (JWKS), asked for when they are needed.

    While the issuer does not answer, those that are known stay good.

    Args:
        clock: monotonic, in seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        fetch: Callable[[str], bytes] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._fetch = fetch or _fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, Key] = {}
        self._asked_at = float("-inf")

    def key(self, kid: str) -> Key | None:
        age_seconds = self._clock() - self._asked_at
        known = self._keys.get(kid)
        if age_seconds >= (_OLD_SECONDS if known else _UNKNOWN_AGAIN_SECONDS):
            with self._lock:
                if self._clock() - self._asked_at >= _UNKNOWN_AGAIN_SECONDS:
                    self._ask()
        return self._keys.get(kid)

    def _ask(self) -> None:
        self._asked_at = self._clock()
        try:
            found = KeySet.import_key_set(_as_set(self._fetch(self._url)))
        except (urllib3.exceptions.HTTPError, JoseError, ValueError, KeyError) as error:
            _logger.warning("issuer_keys_not_read", url=self._url, reason=str(error))
            return
        of_pairs = (key for key in found.keys if isinstance(key, RSAKey | ECKey | OKPKey))
        self._keys = {str(key.kid): key for key in of_pairs if key.kid}


def issuers_of(
    *, own: SigningKeys, issuer: str, audience: str, others: list[Mapping[str, Any]]
) -> dict[str, Issuer]:
    """This gives those who are believed, by name.

    Raises:
        ValueError: one of the others is not described as it must be.
    """
    found = {
        issuer: Issuer(name=issuer, audience=audience, algorithm="RS256", keys=own, foreign=None)
    }
    names: set[str] = set()
    for said in others:
        if missing := {"issuer", "jwks_uri", "scopes"} - set(said):
            raise ValueError(f"QUARRY_TOKEN_ISSUERS: {dict(said)} has no {sorted(missing)[0]!r}")
        algorithm = said.get("algorithm", "RS256")
        if algorithm not in ALGORITHMS:
            raise _wrong(said, f"signs with {algorithm}; it is one of {', '.join(ALGORITHMS)}")
        if said["issuer"] in found:
            raise _wrong(said, "is there twice")
        foreign = _foreign(said)
        if foreign.name in names:
            raise _wrong(said, f"is one of two called {foreign.name!r}; give each a 'name'")
        names.add(foreign.name)
        found[said["issuer"]] = Issuer(
            name=said["issuer"],
            audience=said.get("audience", audience),
            algorithm=algorithm,
            keys=PublishedKeys(said["jwks_uri"]),
            foreign=foreign,
        )
    return found


def _foreign(said: Mapping[str, Any]) -> Foreign:
    name = said.get("name") or urlsplit(said["issuer"]).hostname or ""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _wrong(
            said, f"is called {name!r}; its 'name' is 1 to 39 of a-z, 0-9, '.', '_' and '-'"
        )
    kinds, scopes = said.get("kinds", ["customer"]), said["scopes"]
    if not isinstance(kinds, list) or not set(kinds) <= set(_KINDS):
        raise _wrong(said, f"has kinds {kinds!r}; they are a list of {' and '.join(_KINDS)}")
    if not isinstance(scopes, list) or not all(isinstance(one, str) for one in scopes):
        raise _wrong(said, f"has scopes {scopes!r}; they are a list of what it may give leave to")
    return Foreign(name=name, kinds=frozenset(map(PrincipalKind, kinds)), scopes=frozenset(scopes))


def _wrong(said: Mapping[str, Any], what: str) -> ValueError:
    return ValueError(f"QUARRY_TOKEN_ISSUERS: {said['issuer']} {what}")


def _fetch(url: str) -> bytes:
    response = urllib3.request(
        "GET", url, timeout=_WAIT_SECONDS, retries=False, redirect=False, preload_content=False
    )
    try:
        if response.status != 200:
            raise ValueError(f"HTTP {response.status}")
        return response.read(_LARGEST_BYTES)
    finally:
        response.release_conn()


def _as_set(body: bytes) -> Any:
    said = msgspec.json.decode(body, type=dict[str, Any])
    # Kinds of keys that nothing is known of are left out; the others are of use all the same.
    keys = [key for key in said["keys"] if key.get("kty") in ("RSA", "EC", "OKP")]
    return {"keys": keys}
