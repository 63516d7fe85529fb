"""Quarry's side: all consumers in one process, and so many checkouts at a time."""

from __future__ import annotations

import threading
import time

from benchmarks.harness import Stop
from benchmarks.sagas.checkout import MODULES, set_up, want
from modules.kernel.messaging.drivers.delivering import message_threads

_DEADLINE_SECONDS = 60.0


class Ends:
    """These are the moments at which checkouts ended."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}
        self._news = threading.Condition()

    def note(self, order_id: str) -> None:
        """This notes an end; called after its commit."""
        with self._news:
            self._at[order_id] = time.monotonic()
            self._news.notify_all()

    def __len__(self) -> int:
        return len(self._at)

    def at(self, order_id: str) -> float:
        """This waits for a checkout's end and gives its moment."""
        with self._news:
            if not self._news.wait_for(lambda: order_id in self._at, _DEADLINE_SECONDS):
                raise TimeoutError(f"{order_id} did not end in {_DEADLINE_SECONDS} s")
            return self._at[order_id]

    def wait_for_more_than(self, count: int) -> None:
        """This waits until more than so many have ended."""
        with self._news:
            if not self._news.wait_for(lambda: len(self._at) > count, _DEADLINE_SECONDS):
                raise TimeoutError(f"nothing ended in {_DEADLINE_SECONDS} s")


def run_for(stop: Stop, seconds: float, at_a_time: int) -> dict[str, list[float] | float]:
    """This keeps so many checkouts under way, and gives how many ended a second and how late.

    Returns:
        ``rate``, checkouts a second after a warm-up; ``latencies_ms``, of each that ended.
    """
    ends = Ends()
    set_up(ends.note)
    threads = message_threads(MODULES)
    threads.start()
    began: dict[str, float] = {}
    warm_after = at_a_time * 2
    measured_from, ended_before = 0.0, 0
    try:
        while True:
            while len(began) - len(ends) < at_a_time:
                order_id = f"order-{len(began):06d}"
                began[order_id] = time.monotonic()
                want(order_id)
            ends.wait_for_more_than(len(began) - at_a_time)
            now = time.monotonic()
            if not measured_from and len(ends) >= warm_after:
                measured_from, ended_before = now, len(ends)
            if measured_from and now - measured_from >= seconds:
                break
        rate = (len(ends) - ended_before) / (now - measured_from)
        for order_id in began:
            ends.at(order_id)
    finally:
        threads.stop()
    late = list(began)[warm_after:]
    return {
        "rate": rate,
        "latencies_ms": [(ends.at(order_id) - began[order_id]) * 1000 for order_id in late],
    }


def run_singly(stop: Stop, count: int) -> list[float]:
    """This makes one checkout after another in an idle system and gives their times in ms."""
    ends = Ends()
    set_up(ends.note)
    threads = message_threads(MODULES)
    threads.start()
    try:
        want("warm-up")
        ends.at("warm-up")
        latencies_ms = []
        for number in range(count):
            began = time.monotonic()
            want(f"order-{number}")
            latencies_ms.append((ends.at(f"order-{number}") - began) * 1000)
        return latencies_ms
    finally:
        threads.stop()
