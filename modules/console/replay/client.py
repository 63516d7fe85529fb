"""The HTTP client of a replay: it outlives the server.

A connection that is refused, reset or timed out is tried again until `patience_seconds`
have passed, and so is an answer that says "not now". That is safe because every request of
a replay may be repeated: GET and PUT by themselves, POST by its Idempotency-Key.
"""

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import urllib3

#: What a server or a proxy before it says while it is starting, stopping or overloaded.
_NOT_NOW = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0

# Numbers, not strings: a discount is a number in the API's schema.
_encoder = msgspec.json.Encoder(decimal_format="number")


class ReplayError(RuntimeError):
    """This says why a replay could not be carried through; what was placed stays placed."""


class Unreachable(ReplayError):
    """This says that the server did not answer for as long as the client was patient."""


class Refused(ReplayError):
    """This says that the server answered with an error; `status` is the HTTP status."""

    def __init__(self, detail: str, *, status: int) -> None:
        super().__init__(detail)
        self.status = status


class Client:
    """This speaks JSON with one server over a pool of connections; threads may share it.

    Args:
        token: gives the bearer token of the next request, which may be another than the last.

    Attributes:
        retried: how many requests had to be sent again.
    """

    def __init__(
        self,
        base_url: str,
        *,
        connections: int = 1,
        patience_seconds: float = 60,
        timeout_seconds: float = 30,
        token: Callable[[], str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.retried = 0
        self._token = token
        self._patience_seconds = patience_seconds
        self._clock = clock
        self._pause = pause
        self._pool = urllib3.PoolManager(
            maxsize=connections,
            block=True,
            retries=False,
            timeout=urllib3.Timeout(timeout_seconds),
        )

    def close(self) -> None:
        """This closes the connections."""
        self._pool.clear()

    def get(self, path: str) -> Any:
        return self._exchange("GET", path, None, {})

    def put(self, path: str, body: Mapping[str, object]) -> Any:
        return self._exchange("PUT", path, body, {})

    def post(self, path: str, body: Mapping[str, object], *, idempotency_key: str) -> Any:
        return self._exchange("POST", path, body, {"Idempotency-Key": idempotency_key})

    def _exchange(
        self, method: str, path: str, body: Mapping[str, object] | None, headers: dict[str, str]
    ) -> Any:
        """This sends a request until it is answered, and gives the JSON of the answer.

        Raises:
            Unreachable: no answer within the client's patience.
            Refused: the answer is an error that repeating will not mend.
        """
        content = None if body is None else _encoder.encode(body)
        headers = {"Accept": "application/json", "Content-Type": "application/json", **headers}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token()}"
        give_up_at = self._clock() + self._patience_seconds
        pause_seconds = _FIRST_PAUSE_SECONDS
        while True:
            try:
                answer = self._pool.request(
                    method, self.base_url + path, body=content, headers=headers
                )
            except urllib3.exceptions.HTTPError as error:
                trouble = str(error)
            else:
                if not _says_where_it_ends(answer) or (method == "GET" and not answer.data):
                    trouble = "the answer was cut off"
                elif answer.status in _NOT_NOW:
                    trouble = f"HTTP {answer.status}"
                else:
                    return _content(method, path, answer)
            if self._clock() + pause_seconds > give_up_at:
                raise Unreachable(
                    f"{method} {self.base_url}{path}: no answer in "
                    f"{self._patience_seconds:g} s; the last attempt: {trouble}"
                )
            self.retried += 1
            self._pause(pause_seconds)
            pause_seconds = min(pause_seconds * 2, _LONGEST_PAUSE_SECONDS)


def _says_where_it_ends(answer: urllib3.BaseHTTPResponse) -> bool:
    """This is false of what is left when a server is killed while it sends its headers."""
    return "Content-Length" in answer.headers or "Transfer-Encoding" in answer.headers


def _content(method: str, path: str, answer: urllib3.BaseHTTPResponse) -> Any:
    if answer.status >= HTTPStatus.BAD_REQUEST:
        said = answer.data.decode(errors="replace")[:500]
        if "json" not in answer.headers.get("Content-Type", ""):
            said = said.partition("\n")[0]  # A page for people: its first line is enough.
        raise Refused(f"{method} {path}: HTTP {answer.status}: {said}", status=answer.status)
    if not answer.data:
        return None
    try:
        return msgspec.json.decode(answer.data)
    except msgspec.DecodeError as error:
        raise Refused(
            f"{method} {path}: the answer is not JSON ({error}); is this the right server?",
            status=answer.status,
        ) from error
