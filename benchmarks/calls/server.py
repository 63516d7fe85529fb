"""The server that is called: granian runs it, with a bare handler beside the internal calls."""

from collections.abc import Iterable
from typing import Any

import msgspec

from benchmarks.calls.contract import Bench, Echo
from config.wsgi import application as quarry
from modules.kernel import interfaces

BARE = "/bare"

_echo = Echo()
_decode = msgspec.msgpack.Decoder(dict[str, str]).decode
_encode = msgspec.msgpack.Encoder().encode

interfaces.provide(Bench, _echo)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """This answers at `BARE` as a handler written by hand would, and is Quarry elsewhere."""
    if environ["PATH_INFO"] != BARE:
        return quarry(environ, start_response)
    asked = _decode(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    body = _encode(_echo.status(order_id=asked["order_id"]))
    headers = [("Content-Type", "application/msgpack"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
