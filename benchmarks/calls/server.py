"""The server that is called: granian runs it, with a bare handler beside the internal calls."""

from collections.abc import Iterable
from typing import Any

from benchmarks.calls.contract import Bench, Echo
from config.wsgi import application as quarry
from modules.kernel import interfaces

BARE = "/bare"

interfaces.provide(Bench, Echo())


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """This answers at `BARE` with what it was sent, and is Quarry elsewhere."""
    if environ["PATH_INFO"] != BARE:
        return quarry(environ, start_response)
    body: bytes = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    headers = [("Content-Type", "application/msgpack"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
