"""One run: a saga's messages delivered one by one, in one thread, under a schedule.

The handlers, the log, the inbox and the database are the real ones; what the run takes over
is when each message comes, and who dies of it. Reminders fire only when nothing else is on
its way, so that a run takes no time of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models.functions import Now

from modules.kernel.contracts import new_id
from modules.kernel.messaging.attempts import call_out, handle
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.inbox import Outcome, receive
from modules.kernel.messaging.logs import databases, open_log
from modules.kernel.messaging.models import Partition, Scheduled
from modules.kernel.messaging.subscriptions import Subscription, subscriptions
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.messaging.watch import Watch
from modules.kernel.sagas.exploring.schedule import ORDERED, Boundary, Fault, Schedule

#: A run that makes more deliveries has no end.
LONGEST = 2_000


class NoEnd(AssertionError):
    """This says that a run goes on and on, or that a message cannot be handled."""


class _Killed(BaseException):
    """This stands for the end of a process: nothing of ours handles it."""


@dataclass(frozen=True, slots=True)
class _Post:
    """This is one message on its way to one consumer."""

    subscription: Subscription
    envelope: Envelope
    attempt: int = 1

    @property
    def order(self) -> tuple[str, str]:
        """Within this, messages without a fault come in their order."""
        return self.subscription.consumer, self.envelope.key


class Run:
    """This delivers what is appended from now on, until nothing is left."""

    def __init__(self, messages: Mapping[str, tuple[Fault, ...]], schedule: Schedule) -> None:
        self.boundaries: list[Boundary] = []
        self._schedule = schedule
        self._messages = messages
        self._watch = Watch()
        self._logs = [open_log(database) for database in databases()]
        for log in self._logs:
            if not log.lead():
                raise RuntimeError(f"another process leads the log in {log.database}")
            log.tick()
        self._read = {log.database: log.head() for log in self._logs}
        self._on_its_way: list[_Post] = []
        self._late: list[_Post] = []
        self._reminded = False

    def deliver_all(self) -> None:
        """This delivers until nothing is on its way and no reminder is left.

        Raises:
            NoEnd: there is always something left, or a message that fails each time.
        """
        try:
            while self._collect():
                post = self._on_its_way.pop(0)
                if not self._waits_behind_a_late_one(post):
                    self._meet_fault(post)
        finally:
            self._pass_over()
            for log in self._logs:
                log.resign()

    def _pass_over(self) -> None:
        """This tells the consumers that what the run has delivered, or left, is not for them."""
        for log in self._logs:
            log.tick()
            for database in databases():
                partitions = Partition.objects.using(database).filter(source=log.database)
                partitions.update(checkpoint=log.head())

    def _collect(self) -> bool:
        """This takes in what was appended; without anything time goes on. False at the end.

        What is late comes once a reminder has fired and all that this has caused is done.
        """
        self._take_in()
        while not self._on_its_way:
            if self._late and self._reminded:
                self._on_its_way, self._late = self._late, []
            elif _fire_next_reminder():
                self._reminded = bool(self._late)
                self._take_in()
            elif self._late:
                self._on_its_way, self._late = self._late, []
            else:
                return False
        return True

    def _take_in(self) -> None:
        for log in self._logs:
            log.tick()
            found, until = log.read(
                after=self._read[log.database], names=None, parts=None, limit=1_000
            )
            self._read[log.database] = until
            self._on_its_way += [
                _Post(subscription, envelope)
                for envelope in found
                for subscription in subscriptions()
                if envelope.name in subscription.handlers
            ]

    def _waits_behind_a_late_one(self, post: _Post) -> bool:
        """What need not bear being overtaken may count on the order of its key."""
        waits = Fault.OVERTAKEN not in self._faults_of(post) and any(
            late.order == post.order for late in self._late
        )
        if waits:
            self._late.append(post)
        return waits

    def _faults_of(self, post: _Post) -> tuple[Fault, ...]:
        return self._messages.get(post.envelope.name, ORDERED)

    def _meet_fault(self, post: _Post) -> None:
        number = len(self.boundaries)
        if number >= LONGEST:
            raise NoEnd(f"no end after {LONGEST} deliveries")
        envelope = post.envelope
        boundary = Boundary(
            number=number,
            consumer=post.subscription.consumer,
            message=envelope.name,
            faults=self._faults_of(post),
        )
        self.boundaries.append(boundary)
        fault = self._schedule.at(number)
        match fault if fault in boundary.faults else None:
            case Fault.LATE:
                self._late.append(post)
                self._reminded = False
            case Fault.LOST:
                pass
            case Fault.OVERTAKEN:
                self._on_its_way.insert(1, post)
            case Fault.DOUBLED:
                self._deliver(post)
                twin = replace(envelope, message_id=new_id())
                self._take_in()
                self._on_its_way.append(replace(post, envelope=twin))
            case Fault.REDELIVERED:
                self._deliver(post)
                self._on_its_way.insert(0, post)
            case Fault.KILLED:
                self._deliver(post, killed=True)
            case _:
                self._deliver(post)

    def _deliver(self, post: _Post, *, killed: bool = False) -> None:
        subscription, envelope = post.subscription, post.envelope
        try:
            results = call_out(subscription, envelope, attempt=post.attempt, watch=self._watch)
            with unit_of_work(subscription.module) as work:
                known = receive(work.database, subscription.consumer, envelope.message_id)
                if known is Outcome.DUPLICATE:
                    return
                handle(
                    subscription, envelope, attempt=post.attempt, results=results, watch=self._watch
                )
                if killed:
                    raise _Killed
        except _Killed:
            self._on_its_way.insert(0, post)
        except Exception as error:
            if post.attempt >= subscription.handlers[envelope.name][0].retry.attempts:
                raise NoEnd(f"{envelope.name} is parked by {subscription.consumer}") from error
            self._on_its_way.insert(0, replace(post, attempt=post.attempt + 1))


def _fire_next_reminder() -> bool:
    """This makes due what is scheduled next; False when nothing is."""
    for database in databases():
        waiting = Scheduled.objects.using(database).order_by("due_at", "id")
        first = waiting.values_list("id", flat=True).first()
        if first is not None:
            Scheduled.objects.using(database).filter(id=first).update(due_at=Now())
            return True
    return False
