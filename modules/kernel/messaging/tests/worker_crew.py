"""Workers of the probe that die, are paused and come back, in one thread and step by step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from modules.kernel.contracts import new_id
from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.models import Partition, SetAside, Worker
from modules.kernel.messaging.subscriptions import RetryPolicy
from modules.kernel.messaging.tests.probe import ThingHappened, probe_consumer, record_effect

ATTEMPTS = 3

#: Nothing becomes due by itself: the test says when.
_POLICY = RetryPolicy(attempts=ATTEMPTS, first=timedelta(days=1), longest=timedelta(days=2))


class Killed(BaseException):
    """This stands for the end of a process: nothing of ours handles it."""


class Crew:
    """These are some workers of one consumer, and the faults that they meet.

    Attributes:
        broken: numbers of the messages whose handler fails.
        calls_to_live: the worker at work is killed in so many handler calls from now.
        started: the number of the last attempt at each message, also where it did not end.
    """

    def __init__(self) -> None:
        self.broken: set[int] = set()
        self.calls_to_live: int | None = None
        self.started: dict[int, int] = {}
        self._workers: dict[str, Consumer] = {}

    def step(self, name: str) -> None:
        """This has a worker renew its leases and deliver, unless it is killed at that."""
        worker = self._worker(name)
        worker._renew_at = 0.0  # As if so much time had passed that it must.
        try:
            worker.step()
        except Killed:
            self.crash(name)
        finally:
            self.calls_to_live = None

    def step_paused(self, name: str, meanwhile: Callable[[], None]) -> None:
        """This pauses a worker between its reading and its committing, past its lease."""
        worker = self._worker(name)
        read = worker.log.read

        def read_and_pause(**wanted: Any) -> tuple[list[Envelope], int]:
            found = read(**wanted)
            worker.log.read = read  # type: ignore[method-assign]
            self.expire(worker.leases.owner)
            meanwhile()
            return found

        worker.log.read = read_and_pause  # type: ignore[method-assign]
        self.step(name)
        worker.log.read = read  # type: ignore[method-assign]

    def crash(self, name: str) -> None:
        """This ends a worker without a word; its leases stay until they have run out."""
        self._workers.pop(name, None)

    def leave(self, name: str) -> None:
        """This ends a worker in good order."""
        if worker := self._workers.pop(name, None):
            worker.close()

    def expire(self, owner: str = "") -> None:
        """This lets the leases of an owner, or of all, run out."""
        owned = {"owner": owner} if owner else {}
        Partition.objects.filter(**owned).update(lease_until=Now())
        Worker.objects.filter(**owned).update(seen_until=Now())

    def make_due(self) -> None:
        """This lets time pass until all that is to be retried is due."""
        SetAside.objects.exclude(state="parked").update(due_at="2000-01-01T00:00:00Z")
        for worker in self._workers.values():
            worker.look_again()

    def _worker(self, name: str) -> Consumer:
        if name not in self._workers:
            self._workers[name] = probe_consumer(
                self._handle, retry=_POLICY, owner=f"{name}:{new_id()}", batch=4
            )
        return self._workers[name]

    def _handle(self, message: ThingHappened, delivery: Delivery) -> None:
        record_effect(message, delivery)
        self.started[message.number] = delivery.attempt
        if self.calls_to_live is not None:
            self.calls_to_live -= 1
            if self.calls_to_live < 0:
                raise Killed
        if message.number in self.broken:
            raise RuntimeError(f"{message.thing}:{message.number} will not go")
