"""The time limits of what several threads of one consumer are at."""

import threading
import time

from modules.kernel.messaging.watch import HandlerTimedOut, Watch


def test_ends_what_is_over_its_limit_and_nothing_else() -> None:
    watch = Watch()
    begun, may_end = threading.Barrier(3, timeout=20), threading.Event()
    ended: list[str] = []

    def handle(name: str, seconds: float) -> None:
        try:
            with watch.limit(seconds):
                begun.wait()
                while not may_end.wait(0.01):
                    pass
        except HandlerTimedOut:
            ended.append(name)

    threads = [
        threading.Thread(target=handle, args=("long", 1_000.0)),
        threading.Thread(target=handle, args=("short", 10.0)),
    ]
    for thread in threads:
        thread.start()
    begun.wait()
    long, short = threads
    now = time.monotonic()
    assert not watch.enforce(now)
    assert watch.enforce(now + 100)
    short.join(20)
    assert ended == ["short"]
    assert watch.is_running, "the long one is within its limit"
    assert not watch.enforce(now + 100)
    may_end.set()
    long.join(20)
    assert ended == ["short"]
    assert not watch.is_running
