"""Waiting for a condition with a deadline, as every wait of these tests does."""

import threading
import time
from collections.abc import Callable

_NEVER_SET = threading.Event()


def wait_until(
    met: Callable[[], bool], *, what: str, seconds: float = 30.0, every_seconds: float = 0.05
) -> None:
    """This returns once `met` gives true.

    Args:
        what: the condition in words, for the one who reads the failure.

    Raises:
        AssertionError: it did not within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        _NEVER_SET.wait(every_seconds)
