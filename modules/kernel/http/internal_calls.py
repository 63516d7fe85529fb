"""Where calls from other processes come in: a layer of the WSGI application, below Django's own.

Django's handler with its middleware costs as much as the whole call may; nothing of it (sessions,
CSRF, pages) is of use between processes. It also takes from every other request the headers
with which somebody might pretend to be somebody.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec
from django.db import close_old_connections

from modules.kernel.interfaces import callers_of, registry, wire
from modules.kernel.interfaces.methods import methods_of
from modules.kernel.interfaces.passing import Outgoing
from modules.kernel.interfaces.serving import Turned, answer, caller_of
from modules.kernel.schemas import documents

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[..., Any]
Application: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]

_STATUSES = {int(status): f"{int(status)} {status.phrase}" for status in HTTPStatus}

#: Larger than any question; what is larger is not read.
_LARGEST_BODY = 8 * 1024 * 1024

#: Names of headers that some server, proxy or framework takes for who somebody is. In WSGI
#: X-User-Id and X_User_Id are one name, so the second does not get past.
_IDENTITY = (
    "HTTP_QUARRY_",
    "HTTP_X_USER",
    "HTTP_X_REMOTE_",
    "HTTP_X_AUTHENTICATED_",
    "HTTP_X_FORWARDED_USER",
    "HTTP_X_FORWARDED_EMAIL",
    "HTTP_X_FORWARDED_CLIENT_CERT",
    "HTTP_REMOTE_USER",
)


class InternalCalls:
    """This is a WSGI application around another: it takes the internal calls out."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if not path.startswith(wire.PREFIX):
            for name in [one for one in environ if one.startswith(_IDENTITY)]:
                del environ[name]
            return self._application(environ, start_response)
        try:
            outgoing = _respond(environ, path[len(wire.PREFIX) :])
        finally:
            # As Django does at the end of a request; but here, and not in the `close` of what is
            # returned, which granian does not call of a list.
            close_old_connections()
        headers = [
            ("Content-Type", outgoing.content_type),
            ("Content-Length", str(len(outgoing.body))),
        ]
        if outgoing.retry_after_seconds:
            headers.append(("Retry-After", str(outgoing.retry_after_seconds)))
        start_response(_STATUSES[outgoing.status], headers)
        return [outgoing.body]


def _respond(environ: Environ, path: str) -> Outgoing:
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > _LARGEST_BODY:
        return Outgoing(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"the body is too large")
    method = environ["REQUEST_METHOD"]
    if method == "POST":
        return answer(path, environ["wsgi.input"].read(int(length)), environ)
    if method == "GET":
        return _description(path.strip("/"), environ)
    return Outgoing(HTTPStatus.METHOD_NOT_ALLOWED, b"POST calls, GET describes")


def _description(module: str, environ: Environ) -> Outgoing:
    """This describes what a module provides, with JSON Schema, to whoever may call modules here."""
    try:
        caller_of(environ, module=module)
    except Turned as turned:
        return turned.outgoing
    interfaces = [
        {
            "schema": documents.interface_document(found.protocol),
            "callers": callers_of(f"{module}.{contract.name}"),
            "methods": {
                name: {
                    "path": wire.PREFIX + method.path,
                    "safe": method.repeating.safe,
                    "idempotency_key": method.repeating.key or None,
                }
                for name, method in methods_of(found.protocol).items()
            },
        }
        for contract in registry.provided()
        if contract.module == module and (found := registry.find(module, contract.name))
    ]
    body = msgspec.json.encode(
        {"module": module, "formats": [wire.MSGPACK, wire.JSON], "interfaces": interfaces}
    )
    return Outgoing(HTTPStatus.OK, body, wire.JSON)
