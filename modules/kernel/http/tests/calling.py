"""Calls over real HTTP: the remote binding on one side, the WSGI application on the other.

Both sides are the process of the test. The calling one is the main thread, for which alone the
module runs elsewhere.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3

from modules.kernel import resilience
from modules.kernel.http.internal_calls import InternalCalls
from modules.kernel.http.tests.served import served
from modules.kernel.interfaces import (
    Binding,
    Location,
    Wiring,
    allow,
    provide,
    registry,
    use,
    wired,
    work_with,
)
from modules.kernel.interfaces.tests.library import (
    Librarian,
    Library,
)
from modules.kernel.interfaces.tokens import KeyFolder, Signer, Verifier, make_keys

CALLER = "reader"


class Seen:
    """This is what the server's Django side was given, and what a test has it answer."""

    def __init__(self) -> None:
        self.environ: dict[str, Any] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.environ = environ
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]


@dataclass
class ForTheMainThread:
    """These are locations: the module is elsewhere for the main thread, and here for others."""

    location: Location
    server_has_it: bool = True

    def of(self, module: str) -> Location:
        if threading.current_thread() is threading.main_thread() or not self.server_has_it:
            return self.location
        return Location()

    def refresh(self) -> None:
        """Nothing is new."""


@dataclass
class Net:
    """This is the wire: where the server is, and who is behind it."""

    url: str
    librarian: Librarian
    seen: Seen
    keys: Path

    def move(self, url: str, *, server_has_it: bool = True) -> None:
        location = Location(binding=Binding.REMOTE, url=url)
        use(ForTheMainThread(location, server_has_it))


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Net]:
    monkeypatch.setattr(registry, "_providers", {})
    monkeypatch.setattr(registry, "_bindings", {})
    resilience.forget_pipelines()
    before = wired()
    make_keys(tmp_path, CALLER)
    make_keys(tmp_path, "stranger")
    keys = KeyFolder(tmp_path)
    librarian = Librarian()
    provide(Library, librarian)
    allow(CALLER, ["library.Library"])
    seen = Seen()
    work_with(
        Wiring(
            signer=Signer(keys, issuer="quarry"),
            verifier=Verifier(keys, issuer="quarry"),
            outsider=CALLER,
        )
    )
    with served(InternalCalls(seen)) as url:
        net = Net(url, librarian, seen, tmp_path)
        net.move(url)
        yield net
        wired().transport.close()
    work_with(before)
    resilience.declare(CALLER, {})
    resilience.forget_pipelines()


def token(net: Net, *, caller: str = CALLER, audience: str = "library") -> dict[str, str]:
    signed = Signer(KeyFolder(net.keys), issuer="quarry").token(caller=caller, audience=audience)
    return {"Authorization": f"Bearer {signed}"}


def post(net: Net, path: str, body: object, **headers: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request(
        "POST",
        f"{net.url}/internal/v1/{path}",
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **headers},
        retries=False,
    )
