"""Errors as problem details: what a client is told, and whether to try again."""

import pytest
from django.db import InterfaceError, OperationalError

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
