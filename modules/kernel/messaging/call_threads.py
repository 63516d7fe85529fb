"""The threads in which one consumer makes several attempts at the same time.

For calls out, which take long and cost this process nothing meanwhile. Each thread has connections
to the databases of its own, and closes them when it ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import Protocol, TypeAlias, TypeVar

from django.db import connections

Job: TypeAlias = Callable[[], bool]


class Keyed(Protocol):
    """This is of a key, whose messages are dealt with one after another."""

    @property
    def key(self) -> str: ...


T = TypeVar("T", bound=Keyed)


class CallThreads:
    """These are threads that are started when there is something to do at the same time."""

    def __init__(self, number: int) -> None:
        """
        Args:
            number: of jobs at the same time, at the most.
        """
        self.number = number
        self._threads: list[threading.Thread] = []
        self._jobs: SimpleQueue[tuple[Job, Future[bool]] | None] = SimpleQueue()

    def all(self, jobs: Sequence[Job]) -> list[bool]:
        """This does the jobs, one alone in the calling thread, and gives what they give.

        Raises:
            Exception: what the first of them raised that did not end well, once all have ended.
        """
        if len(jobs) == 1:
            return [jobs[0]()]
        while len(self._threads) < len(jobs):
            thread = threading.Thread(target=self._work, name="call", daemon=True)
            thread.start()
            self._threads.append(thread)
        futures: list[Future[bool]] = [Future() for _ in jobs]
        for job, future in zip(jobs, futures, strict=True):
            self._jobs.put((job, future))
        wait(futures)
        return [future.result() for future in futures]

    def groups(self, run: Sequence[T], may: Callable[[T], bool]) -> Iterator[list[T]]:
        """This splits messages into those that are tried at the same time, in their order.

        Args:
            may: tells of one that it may be tried beside others, each of another key.
        """
        group: list[T] = []
        for one in run:
            joins = (
                len(group) < self.number
                and all(one.key != other.key for other in group)
                and all(may(each) for each in [*group, one])
            )
            if group and not joins:
                yield group
                group = []
            group.append(one)
        if group:
            yield group

    def close(self) -> None:
        """This ends the threads; `all` may start others."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

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
