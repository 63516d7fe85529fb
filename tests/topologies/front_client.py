"""A client of the front process with the manners of Django's test client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import urllib3


class Answer:
    """This is a response as tests look at it."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self.status_code = response.status
        self.headers = response.headers
        self.content = response.data

    def json(self) -> Any:
        return json.loads(self.content)


class FrontClient:
    """This sends what a test sends to the front of a topology."""

    def __init__(self, url: str, *, headers: Mapping[str, str]) -> None:
        self._url = url
        self._headers = headers
        self._pool = urllib3.PoolManager(retries=False)

    def get(self, path: str, **said: Any) -> Answer:
        return self._send("GET", path, **said)

    def post(self, path: str, data: str = "", **said: Any) -> Answer:
        return self._send("POST", path, data, **said)

    def put(self, path: str, data: str = "", **said: Any) -> Answer:
        return self._send("PUT", path, data, **said)

    def close(self) -> None:
        self._pool.clear()

    def _send(
        self,
        method: str,
        path: str,
        data: str = "",
        *,
        content_type: str = "application/octet-stream",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        told = {**self._headers, "Content-Type": content_type, **(headers or {})}
        return Answer(
            self._pool.request(method, self._url + path, body=data.encode(), headers=told)
        )
