"""The keys that this installation signs tokens with: a folder with one file.

``signing.json`` is a JWK Set with private keys, the first of which signs; the others are still
published, so that tokens signed with them stay good until they expire. To rotate, put a new key
first (`manage.py token_keys`), and take the old one away a day later.
"""

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

_logger = structlog.get_logger("quarry.identity")

_BITS = 2048
#: How often the file may be read again: for a key that was added or taken away.
_READ_AGAIN_SECONDS = 5.0


class SigningKeysMissing(RuntimeError):
    """This says that there is nothing to sign with, and how to make it."""


class SigningKeys:
    """These are the keys of a folder, read when they are needed and again when they may differ.

    Args:
        makes: whether a first key is made where there is none: for laptops and tests.
    """

    def __init__(
        self, folder: Path, *, makes: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.path = folder / "signing.json"
        self._makes = makes
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: tuple[RSAKey, ...] = ()
        self._read_at = -_READ_AGAIN_SECONDS

    def all(self) -> tuple[RSAKey, ...]:
        """This gives the keys, the one that signs first; none where there is no file."""
        if self._clock() - self._read_at >= _READ_AGAIN_SECONDS:
            with self._lock:
                # Each token asks: of those that come at once, the first reads for all.
                if self._clock() - self._read_at >= _READ_AGAIN_SECONDS:
                    self._keys = self._read()
                    self._read_at = self._clock()
        return self._keys

    def _read(self) -> tuple[RSAKey, ...]:
        try:
            return tuple(_read(self.path))
        except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
            if not self._keys:
                raise SigningKeysMissing(f"{self.path} is no JWK Set: {error!r}") from error
            # Operators edit it where it is: what is known goes on until they are done.
            _logger.error("signing_keys_unreadable", path=str(self.path), error=repr(error))
            return self._keys

    def signing(self) -> RSAKey:
        """This gives the key that signs. Raises: SigningKeysMissing."""
        if not self.all():
            if not self._makes:
                raise SigningKeysMissing(
                    f"{self.path} is missing: `manage.py token_keys` makes it, in the folder that "
                    "QUARRY_TOKEN_KEYS names"
                )
            add_key(self.path, only_first=True)
            self._read_at = -_READ_AGAIN_SECONDS
        return self.all()[0]

    def key(self, kid: str) -> RSAKey | None:
        """This gives the key of an id, or None."""
        return next((key for key in self.all() if key.kid == kid), None)

    def published(self) -> dict[str, Any]:
        """This gives the public keys as a JWK Set."""
        return {"keys": [{**key.as_dict(private=False), **_USE} for key in self.all()]}


_USE = {"use": "sig", "alg": "RS256"}


def add_key(path: Path, *, only_first: bool = False) -> str:
    """This makes a key that signs from now on, before those that there are.

    Args:
        only_first: nothing is done where another process has made one meanwhile.

    Returns:
        The id of the key that signs.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    key = _named(RSAKey.generate_key(_BITS))
    present = [one.as_dict(private=True) for one in _read(path)]
    written = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}.new")
    # In one step, and readable by nobody else from the first moment.
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"keys": [key.as_dict(private=True), *present]}, file, indent=2)
    if not only_first:
        written.replace(path)
        return str(key.kid)
    try:
        os.link(written, path)  # Fails where there is one: two processes that start make one key.
        return str(key.kid)
    except FileExistsError:
        return str(_read(path)[0].kid)
    finally:
        written.unlink()


def _read(path: Path) -> list[RSAKey]:
    try:
        said = json.loads(path.read_text())
    except FileNotFoundError:
        return []
    return [_named(RSAKey.import_key(one)) for one in said["keys"]]


def _named(key: RSAKey) -> RSAKey:
    """This names a key by its thumbprint (RFC 7638), as all do who have nothing but the key."""
    return RSAKey.import_key({**key.as_dict(private=True), "kid": key.thumbprint()})
