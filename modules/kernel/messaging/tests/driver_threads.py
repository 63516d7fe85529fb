"""A driver's threads, with its watchdog, for one subscription."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from modules.kernel.messaging.drivers import delivering
from modules.kernel.messaging.subscriptions import Subscription


@contextmanager
def delivering_threads(
    subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """This runs them during the block."""
    monkeypatch.setattr(delivering, "subscriptions", lambda: (subscription,))
    threads = delivering.message_threads()
    threads.start()
    try:
        yield
    finally:
        threads.stop()
