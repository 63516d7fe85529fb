"""What the house does about a service that a test needs and this machine lacks.

On a laptop the test is skipped and says why; in CI it fails. A skip in CI would be a promise
that nobody checks, and nobody would notice.
"""

import os
from collections.abc import Callable
from typing import NoReturn

import pytest


class ServiceMissing(Exception):
    """This says which service cannot be had here, and why."""


def need(find: Callable[[], str]) -> str:
    """This gives the service's URL, or ends the test by the rule.

    Args:
        find: gives the URL or raises `ServiceMissing`.
    """
    try:
        return find()
    except ServiceMissing as error:
        missing(str(error))


def missing(reason: str) -> NoReturn:
    """This ends a test whose service is missing: skipped, or failed where ``CI=true``."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (in CI a missing service is a failure)", pytrace=False)
    pytest.skip(reason)
