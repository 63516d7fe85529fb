"""`granian tests.edge.unhurried:application`: answers once there is a file `go`, in its folder."""

import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_LOOK_SECONDS = 0.01


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """This is a WSGI application with one slow answer, and one quick one at ``/quick``."""
    folder = Path(os.environ["UNHURRIED"])
    if environ["PATH_INFO"] != "/quick":
        (folder / "asked").touch()
        while not (folder / "go").exists():
            threading.Event().wait(_LOOK_SECONDS)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return [b"done"]
