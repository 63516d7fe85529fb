"""Fixtures of all tests, wherever they lie."""

import pytest

from modules.kernel.http.testing import count_requests_anew


@pytest.fixture(autouse=True)
def counted_anew() -> None:
    """What an earlier test has asked for is not held against the same client in this one."""
    count_requests_anew()
