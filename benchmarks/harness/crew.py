"""Processes that work for a benchmark: started once, with Django set up, and then given jobs."""

from __future__ import annotations

import multiprocessing
import os
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from types import TracebackType
from typing import Any, TypeAlias

#: What tells a job to end.
Stop: TypeAlias = Event

# Not fork: a forked child shares its parent's sockets and locks.
_context = multiprocessing.get_context("spawn")


class JobFailed(Exception):
    """This carries the traceback of a job that raised in its process."""


class Crew:
    """These are processes on one database, which do one job at a time, all the same one.

    A job is a function of a module, ``job(stop, *arguments)``; one without an end of its own
    returns when `stop` is set.
    """

    def __init__(self, size: int, *, database_url: str) -> None:
        self.stop = _context.Event()
        self._pipes: list[Connection] = []
        self._processes = []
        for _ in range(size):
            ours, theirs = _context.Pipe()
            process = _context.Process(
                target=_serve, args=(theirs, self.stop, database_url), daemon=True
            )
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        for pipe in self._pipes:
            pipe.recv()

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop.set()
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(10)
            if process.is_alive():
                process.kill()

    @property
    def pids(self) -> tuple[int, ...]:
        return tuple(process.pid or 0 for process in self._processes)

    def begin(self, job: Callable[..., Any], *arguments: object) -> None:
        """This has all processes begin a job."""
        self.stop.clear()
        for pipe in self._pipes:
            pipe.send((job, arguments))

    def results(self) -> list[Any]:
        """This waits until the job has ended in all processes, and gives what each returned.

        Raises:
            JobFailed: it raised in one of them.
        """
        answers = [pipe.recv() for pipe in self._pipes]
        for failure, _ in answers:
            if failure:
                raise JobFailed(failure)
        return [result for _, result in answers]

    def end(self) -> list[Any]:
        """This tells a job without an end of its own to end, and gives its results."""
        self.stop.set()
        return self.results()

    def do(self, job: Callable[..., Any], *arguments: object) -> list[Any]:
        """This has all processes do a job that ends by itself."""
        self.begin(job, *arguments)
        return self.results()


def _serve(pipe: Connection, stop: Stop, database_url: str) -> None:
    os.environ["DATABASE_URL"] = database_url
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    import django  # Only now: its settings are read from the environment.

    django.setup()
    pipe.send("ready")
    try:
        while True:
            job, arguments = pipe.recv()
            try:
                pipe.send(("", job(stop, *arguments)))
            except Exception:
                pipe.send((traceback.format_exc(), None))
    except EOFError:
        return
