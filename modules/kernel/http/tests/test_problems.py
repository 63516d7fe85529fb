"""Errors as problem details: what a client is told, and whether to try again."""

import pytest
import urllib3
from django.db import InterfaceError, OperationalError

from modules.kernel.http.forwarding import is_cut_off
from modules.kernel.http.problems import exception_handler


class TestADatabaseThatIsAway:
    @pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
    def test_is_a_reason_to_try_again(self, error: Exception) -> None:
        response = exception_handler(error, {})
        assert response is not None
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "1"
        assert response.data["code"] == "database-unavailable"


def test_a_bug_is_not_explained_away() -> None:
    assert exception_handler(ZeroDivisionError(), {}) is None


class TestAnAnswerThatWasCutOff:
    @pytest.mark.parametrize(
        ("status", "headers", "cut_off"),
        [
            (200, {"Content-Length": "2"}, False),
            (200, {"transfer-encoding": "chunked"}, False),
            (204, {}, False),
            (200, {"Content-Type": "application/json"}, True),
        ],
    )
    def test_is_known_by_what_its_headers_lack(
        self, status: int, headers: dict[str, str], cut_off: bool
    ) -> None:
        received = urllib3.HTTPResponse(b"{}", headers=headers, status=status)
        assert is_cut_off(received) is cut_off
