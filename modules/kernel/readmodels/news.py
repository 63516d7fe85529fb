"""How readers of this process learn at once that a read model has moved on.

A hint, as the pulse of a log is: one that another process has moved is seen at the next look.
"""

import threading

_moved = threading.Condition()


def tell() -> None:
    """This wakes all who wait; to be called after the commit."""
    with _moved:
        _moved.notify_all()


def wait(timeout_seconds: float) -> None:
    """This returns once a read model has moved on in this process, or at timeout."""
    with _moved:
        _moved.wait(timeout_seconds)
