"""Customers' requests at the front: every answer that a customer would not want is kept."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import urllib3

from tests.faults.waiting import wait_until

_TIMEOUT_SECONDS = 30.0
_PATIENCE_SECONDS = 120.0
_AGAIN_AFTER_SECONDS = 0.25


@dataclass
class Front:
    """This asks the servers of a shop, in turns where there are several.

    Attributes:
        patient: a request that came to nothing is sent again, the same, as the clients of a shop
            do whose servers may be killed.
        failures: every answer that was not what a customer wants.
    """

    urls: tuple[str, ...]
    token: str
    patient: bool = False
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._pool = urllib3.PoolManager(maxsize=32, retries=False)
        self._turns = cycle(self.urls)
        self._lock = threading.Lock()

    def send(
        self, method: str, path: str, body: object, *, wanted: Collection[int], key: str = ""
    ) -> dict[str, Any] | None:
        """This sends a customer's request; None, and a failure, where it came to nothing."""
        until = time.monotonic() + (_PATIENCE_SECONDS if self.patient else 0.0)
        while True:
            status, said = self._once(method, path, body, key)
            if status in wanted:
                found: dict[str, Any] = json.loads(said)
                return found
            if (status and status < 500) or time.monotonic() > until:
                self.failures.append(f"{method} {path}: {status} {said[:300]!r}")
                return None
            threading.Event().wait(_AGAIN_AFTER_SECONDS)

    def get(self, path: str) -> dict[str, Any]:
        """This reads something that must be there, and readable now or in a moment."""
        found: dict[str, Any] = {}

        def can_be_read() -> bool:
            status, said = self._once("GET", path, None, "")
            if self.patient and (not status or status >= 500):
                return False
            assert status == 200, (path, status, said[:500])
            found.update(json.loads(said))
            return True

        wait_until(can_be_read, what=f"{path} can be read", seconds=_PATIENCE_SECONDS)
        return found

    def put(self, path: str, body: object) -> None:
        """This writes something that must be writable now."""
        status, said = self._once("PUT", path, body, "")
        assert status in (200, 201, 204), (path, status, said[:500])

    def _once(self, method: str, path: str, body: object, key: str) -> tuple[int, bytes]:
        """This gives status and body of an answer; 0 and the reason where there was none."""
        with self._lock:
            url = next(self._turns)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            answer = self._pool.request(
                method,
                url + path,
                body=None if body is None else json.dumps(body),
                headers=headers,
                timeout=_TIMEOUT_SECONDS,
            )
        except urllib3.exceptions.HTTPError as error:
            return 0, repr(error).encode()
        return answer.status, answer.data
