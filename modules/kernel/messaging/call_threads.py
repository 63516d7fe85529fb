"""The threads in which one consumer makes several attempts at the same time.

For calls out, which take long and cost this process nothing meanwhile. Each thread has connections
to the databases of its own, and closes them when it ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from queue import SimpleQueue
from typing import TypeAlias

from django.db import connections

Job: TypeAlias = Callable[[], bool]


class CallThreads:
    """These are threads that are started when there is something to do at the same time.

    Used by one thread: it waits until there is room, and begins; what has ended it hears of when
    it waits again.
    """

    def __init__(self, number: int) -> None:
        """
        Args:
            number: of jobs at the same time, at the most.
        """
        self.number = number
        self._threads: list[threading.Thread] = []
        self._jobs: SimpleQueue[tuple[Job, Future[bool]] | None] = SimpleQueue()
        self._under_way: dict[str, Future[bool]] = {}

    def wait(self, key: str | None = None) -> dict[str, bool]:
        """This waits until a job of the key may begin; without one, until all are over.

        Returns:
            What those gave that have ended since the last time, by their keys.

        Raises:
            Exception: what one of them raised, once all are over.
        """
        ended: dict[str, bool] = {}
        while self._under_way and not self._has_room(key):
            wait(self._under_way.values(), return_when=FIRST_COMPLETED)
            over = {one: future for one, future in self._under_way.items() if future.done()}
            for one, future in over.items():
                if future.exception() is not None:
                    wait(self._under_way.values())
                    self._under_way.clear()
                ended[one] = future.result()
                del self._under_way[one]
        return ended

    def begin(self, key: str, job: Job) -> None:
        """This has a thread do a job, for which `wait` has made room."""
        if len(self._threads) <= len(self._under_way):
            thread = threading.Thread(target=self._work, name="call", daemon=True)
            thread.start()
            self._threads.append(thread)
        self._under_way[key] = Future()
        self._jobs.put((job, self._under_way[key]))

    def close(self) -> None:
        """This waits for all jobs and ends the threads; `begin` may start others."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        self._under_way.clear()

    def _has_room(self, key: str | None) -> bool:
        return key is not None and key not in self._under_way and len(self._under_way) < self.number

    def _work(self) -> None:
        try:
            while (given := self._jobs.get()) is not None:
                job, future = given
                try:
                    future.set_result(job())
                except BaseException as error:
                    future.set_exception(error)
        finally:
            connections.close_all()
