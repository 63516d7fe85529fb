"""The server that is called: granian runs it, with a bare handler beside the internal calls."""

from collections.abc import Iterable
from typing import Any

from benchmarks.calls.contract import STATUS, Bench, Echo
from config.wsgi import application as quarry
from modules.kernel import interfaces
from modules.kernel.interfaces.methods import methods_of

BARE = "/bare"

interfaces.provide(Bench, Echo())
_ANSWER = methods_of(Bench)["status"].msgpack.encode(STATUS)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """This answers at `BARE` with the bytes of a status, and is Quarry elsewhere."""
    if environ["PATH_INFO"] != BARE:
        return quarry(environ, start_response)
    environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    headers = [("Content-Type", "application/msgpack"), ("Content-Length", str(len(_ANSWER)))]
    start_response("200 OK", headers)
    return [_ANSWER]
