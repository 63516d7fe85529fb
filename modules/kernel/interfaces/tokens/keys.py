"""The keys that calls are signed with: a folder, as orchestrators mount secrets.

``payments.public.json`` is a JWK Set with the public keys of payments; every process that
payments may call has it. ``payments.private.json`` has the private ones, the first of which
signs; only processes that run payments have it. A key is rotated by putting the new public key
everywhere, then the new private key first, then taking the old ones away.
"""

import json
import os
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

_CURVE = "P-256"
#: How long a key that was taken away is still known, and how often one that is unknown may
#: have the folder read again: an attacker's tokens must not keep the disk busy.
_READ_AGAIN_SECONDS = 30.0
_UNKNOWN_AGAIN_SECONDS = 1.0


class KeysMissing(RuntimeError):
    """This says which keys are missing, and how to make them."""


class KeyFolder:
    """This is a folder of keys, read when it is needed and again when it may have changed."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._public: dict[str, tuple[str, ECKey]] = {}
        self._read_at = -_READ_AGAIN_SECONDS

    def public(self, kid: str) -> tuple[str, ECKey] | None:
        """This gives the owner of a key and the key; None where there is none of the id."""
        age_seconds = self._clock() - self._read_at
        if age_seconds >= _READ_AGAIN_SECONDS or (
            kid not in self._public and age_seconds >= _UNKNOWN_AGAIN_SECONDS
        ):
            with self._lock:
                self._public = self._read_public()
                self._read_at = self._clock()
        return self._public.get(kid)

    def private(self, module: str) -> ECKey:
        """This gives the key with which a module signs. Raises: KeysMissing."""
        path = self.folder / f"{module}.private.json"
        try:
            return _keys(path)[0]
        except FileNotFoundError:
            raise KeysMissing(
                f"{path} is missing: `manage.py interface_keys {module}` makes it, in the folder "
                "that QUARRY_INTERNAL_KEYS names"
            ) from None

    def _read_public(self) -> dict[str, tuple[str, ECKey]]:
        found: dict[str, tuple[str, ECKey]] = {}
        for path in sorted(self.folder.glob("*.public.json")):
            module = path.name.partition(".")[0]
            for key in _keys(path):
                # Ids begin with the owner's name, so that no module can claim another's.
                if str(key.kid).partition(".")[0] == module:
                    found[str(key.kid)] = (module, key)
        return found


def make_keys(folder: Path, module: str) -> str:
    """This makes a key pair for a module, which signs from then on, and gives its id.

    Earlier keys stay valid until they are taken out of the two files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    key = ECKey.generate_key(_CURVE, {"kid": f"{module}.{secrets.token_hex(4)}"})
    for part, is_private in (("public", False), ("private", True)):
        path = folder / f"{module}.{part}.json"
        present = json.loads(path.read_text())["keys"] if path.exists() else []
        _write(path, {"keys": [key.as_dict(private=is_private), *present]})
    return str(key.kid)


def _keys(path: Path) -> list[ECKey]:
    return [ECKey.import_key(one) for one in json.loads(path.read_text())["keys"]]


def _write(path: Path, content: dict[str, Any]) -> None:
    # In one step, and readable by nobody else from the first moment.
    made = path.with_suffix(f".{os.getpid()}.new")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=2)
    made.replace(path)
