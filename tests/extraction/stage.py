"""Two databases of one kind, and movers between them that are processes of their own.

This process stands for the monolith: its `default` is the database that the module leaves. What
must be killed, or must have other settings, runs in a fork of it: a mover that dies at a milestone
dies by SIGKILL, with its transactions open.
"""

from __future__ import annotations

import os
import pickle
import signal
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import Error as DatabaseFailure
from django.db import connections

from modules.kernel.extraction.moving import operating
from modules.kernel.extraction.moving.errors import MoveError
from modules.kernel.extraction.moving.operating import Wanted
from modules.kernel.extraction.moving.sides import SERVICE, Side, service_side
from modules.kernel.extraction.moving.watching import Watcher
from tests.extraction import scene
from tests.extraction.databases import (
    HERE_SUFFIX,
    THERE_SUFFIX,
    Databases,
    default_database,
)

HERE = operating.HERE
THERE = Side(alias=SERVICE, name="the service")

T = TypeVar("T")
Do = Callable[[Wanted, Watcher], Any]

#: How a forked process ends: it did what it was to, it refused, it broke.
DONE, REFUSED, BROKEN = 0, 3, 4


class KillAt:
    """This is a watcher that kills its process at the nth time of a milestone.

    Attributes:
        met: all milestones so far, in order.
    """

    def __init__(self, milestone: str = "", *, nth: int = 1) -> None:
        self._milestone = milestone
        self._left = nth
        self.met: list[str] = []

    def began(self, phase: str) -> None:
        """The milestones say it too."""

    def progress(self, what: str, *, done: int, total: int) -> None:
        """Nobody looks."""

    def reached(self, milestone: str) -> None:
        self.met.append(milestone)
        if milestone == self._milestone:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


class CrashAt(KillAt):
    """This is a watcher that has something crash at a milestone, which the mover then meets."""

    def __init__(self, milestone: str, crash: Callable[[], object]) -> None:
        super().__init__()
        self._crashes_at = milestone
        self._crash: Callable[[], object] | None = crash

    def reached(self, milestone: str) -> None:
        super().reached(milestone)
        if milestone == self._crashes_at and self._crash is not None:
            crash, self._crash = self._crash, None
            crash()


class Stage:
    """This is a module in one database, and an empty one for it to go to."""

    def __init__(self, databases: Databases, *, service_url: str, broker: str) -> None:
        self.databases = databases
        self.wanted = Wanted(
            module="payments",
            to_database=databases.url("service"),
            to_service=service_url,
            broker=broker,
            max_pause_seconds=10.0,
        )

    def move(self, do: Do, *, kill_at: str = "", nth: int = 1) -> str:
        """This has a mover of its own do something.

        Returns:
            Why it refused; empty if it did it; ``killed``.
        """
        return forked(lambda: do(self.wanted, KillAt(kill_at, nth=nth)))

    def move_and_lose(self, do: Do, watcher: Watcher) -> str:
        """This has a mover do something which may lose its databases; gives what it said."""
        losing = (MoveError, DatabaseFailure)
        return forked(lambda: do(self.wanted, watcher), refusals=losing)

    def milestones(self, do: Do) -> list[str]:
        """This has a mover do something, and gives what it has reached, each as often as it has."""

        def run() -> list[str]:
            watcher = KillAt()
            do(self.wanted, watcher)
            return watcher.met

        return result_of(run)

    def in_service(self, action: Callable[[], T]) -> T:
        """This does something as the service would, in its database, and gives what came of it."""
        url = self.databases.url("service")

        def run() -> T:
            with default_database(url):
                return action()

        return result_of(run)

    def ends_in_service_as(self, expected: object) -> bool:
        """This is true where the service comes to an end, and to that one."""

        def ends_so() -> bool:
            try:
                return scene.outcome() == expected
            except Exception:
                return False

        return self.in_service(ends_so)

    def renew(self, *, like: str = "") -> None:
        """This has everything be as at first, or as it was kept under a name."""
        connections["default"].close()
        self.databases.renew("monolith", like=f"{like}{HERE_SUFFIX}" if like else "scene")
        self.databases.renew("service", like=f"{like}{THERE_SUFFIX}" if like else "template")

    def keep(self, name: str) -> None:
        """This keeps both databases as they are, for `renew`."""
        connections["default"].close()
        self.databases.renew(f"{name}{HERE_SUFFIX}", like="monolith")
        self.databases.renew(f"{name}{THERE_SUFFIX}", like="service")

    def count_here(self, table: str) -> int:
        """This counts rows in the monolith's database."""
        return int(HERE.value(f"SELECT count(*) FROM {table}"))

    def service_is_empty(self) -> bool:
        """This is true where nothing is left of a move in the service's database."""
        with self.service() as service:
            return not any(
                service.value(f"SELECT 1 FROM {table} LIMIT 1")
                for table in (
                    "payments_payment",
                    "messaging_message",
                    "messaging_scheduled",
                    "messaging_setaside",
                    "extraction_held",
                    "extraction_guard",
                )
            )

    @contextmanager
    def service(self) -> Iterator[Side]:
        """This reaches the service's database, to look into it."""
        with service_side(self.databases.url("service"), name="the service") as side:
            yield side


def occurrences(met: Sequence[str], *, every: bool) -> list[tuple[str, int]]:
    """This gives each milestone with its number among those of its name; or only the first."""
    seen: Counter[str] = Counter()
    found = []
    for one in met:
        seen[one] += 1
        if every or seen[one] == 1:
            found.append((one, seen[one]))
    return found


def result_of(action: Callable[[], T]) -> T:
    """This runs something in a process of its own, and gives what it gave."""
    with tempfile.TemporaryFile() as file:

        def run() -> None:
            pickle.dump(action(), file)
            file.flush()

        said = forked(run)
        assert not said, said
        file.seek(0)
        result: T = pickle.load(file)
        return result


def forked(
    action: Callable[[], object], *, refusals: tuple[type[Exception], ...] = (MoveError,)
) -> str:
    """This runs something in a process of its own, a copy of this one.

    Returns:
        What an error said that it may end with; ``killed``; empty if it went through.
    """
    connections.close_all()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        code = BROKEN
        try:
            action()
            code = DONE
        except refusals as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
            code = REFUSED
        except BaseException:
            os.write(writing, traceback.format_exc().encode()[-8000:])
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as said:
        text = said.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, status
        return "killed"
    assert os.WEXITSTATUS(status) in (DONE, REFUSED), text
    return text
