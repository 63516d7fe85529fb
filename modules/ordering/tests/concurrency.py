"""Calls that meet at one moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def at_one_moment(calls: Sequence[Callable[[], T]]) -> list[T]:
    """This makes all calls at once, each on a connection of its own, and gives what they gave."""
    barrier = Barrier(len(calls))

    def make(call: Callable[[], T]) -> T:
        barrier.wait(timeout=10)
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(make, calls))
