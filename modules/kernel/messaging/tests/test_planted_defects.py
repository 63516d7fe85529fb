"""Defects that other systems have, planted one at a time: the model must find each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from modules.kernel.messaging.attempts import Attempts
from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.leases import Leases
from modules.kernel.messaging.models import Partition, SetAside
from modules.kernel.messaging.set_aside import SetAsides
from modules.kernel.messaging.tests.delivery_model import Delivery
from modules.kernel.messaging.unit_of_work import unit_of_work

Plant = Callable[[pytest.MonkeyPatch], None]


def acknowledges_what_failed(patch: pytest.MonkeyPatch) -> None:
    make = Attempts.make

    def make_or_forget(self: Attempts, envelope: Envelope, *, attempt: int) -> bool:
        if not make(self, envelope, attempt=attempt):
            self.set_asides.remove(envelope.position)
        return True

    patch.setattr(Attempts, "make", make_or_forget)


def waits_for_a_failing_message(patch: pytest.MonkeyPatch) -> None:
    deliver = Consumer._deliver_together
    step = Consumer.step

    def only_together(self: Consumer, run: Sequence[Envelope]) -> None:
        deliver(self, run)

    def step_and_try_again(self: Consumer) -> int:
        try:
            return step(self)
        except RuntimeError:
            return 0

    patch.setattr(Consumer, "_deliver_run", only_together)
    patch.setattr(Consumer, "step", step_and_try_again)


def saves_the_checkpoint_after_the_effects(patch: pytest.MonkeyPatch) -> None:
    def deliver(self: Consumer, run: Sequence[Envelope]) -> None:
        positions = {envelope.partition: envelope.position for envelope in run}
        with unit_of_work(self.subscription.module):
            for envelope in run:
                if envelope.key in self._held_keys:
                    self.set_asides.put(envelope, attempts=0, wait_seconds=0)
                else:
                    self.attempts.handle(envelope, attempt=1)
        with unit_of_work(self.subscription.module):
            self.leases.advance(positions)
        self.leases.advanced(positions)

    patch.setattr(Consumer, "_deliver_together", deliver)


def saves_the_checkpoint_before_the_effects(patch: pytest.MonkeyPatch) -> None:
    deliver = Consumer._deliver_together

    def advance_and_deliver(self: Consumer, run: Sequence[Envelope]) -> None:
        positions = {envelope.partition: envelope.position for envelope in run}
        with unit_of_work(self.subscription.module):
            self.leases.advance(positions)
        with pytest.MonkeyPatch.context() as within:
            within.setattr(Leases, "advance", lambda leases, positions: None)
            deliver(self, run)

    patch.setattr(Consumer, "_deliver_together", advance_and_deliver)


def commits_without_a_look_at_the_epoch(patch: pytest.MonkeyPatch) -> None:
    def advance(self: Leases, positions: Mapping[int, int]) -> None:
        for part, position in positions.items():
            Partition.objects.filter(consumer=self.consumer, part=part).update(checkpoint=position)

    patch.setattr(Leases, "advance", advance)
    patch.setattr(Leases, "fence", lambda self, part: None)


def claims_without_raising_the_epoch(patch: pytest.MonkeyPatch) -> None:
    claim = Leases._claim

    def claim_quietly(self: Leases, share: int) -> set[int]:
        gained = claim(self, share)
        Partition.objects.filter(part__in=gained).update(epoch=F("epoch") - 1)
        for part in gained:
            self.held[part].epoch -= 1
        return gained

    patch.setattr(Leases, "_claim", claim_quietly)


def counts_an_attempt_only_when_it_has_failed(patch: pytest.MonkeyPatch) -> None:
    count, failed = SetAsides.count_attempt, SetAsides.failed

    def put_off(self: SetAsides, position: int, **options: Any) -> None:
        count(self, position, **options)
        SetAside.objects.filter(pos=position).update(attempts=F("attempts") - 1)

    def fail(self: SetAsides, position: int, error: str) -> None:
        failed(self, position, error)
        SetAside.objects.filter(pos=position).update(attempts=F("attempts") + 1)

    patch.setattr(SetAsides, "count_attempt", put_off)
    patch.setattr(SetAsides, "failed", fail)


def lets_later_messages_of_a_key_overtake(patch: pytest.MonkeyPatch) -> None:
    class Forgetful(set[str]):
        def __contains__(self, key: object) -> bool:
            return False

    keys = SetAsides.keys
    begin = Consumer.__init__

    def begin_forgetful(self: Consumer, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        self._held_keys = Forgetful()

    patch.setattr(Consumer, "__init__", begin_forgetful)
    patch.setattr(SetAsides, "keys", lambda self, parts: Forgetful(keys(self, parts)))


def retries_without_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SetAsides, "park", SetAsides.failed)


def drops_a_message_after_its_last_attempt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SetAsides, "park", lambda self, position, error: self.remove(position))


PLANTED: tuple[Plant, ...] = (
    acknowledges_what_failed,
    waits_for_a_failing_message,
    saves_the_checkpoint_after_the_effects,
    saves_the_checkpoint_before_the_effects,
    commits_without_a_look_at_the_epoch,
    claims_without_raising_the_epoch,
    counts_an_attempt_only_when_it_has_failed,
    lets_later_messages_of_a_key_overtake,
    retries_without_end,
    drops_a_message_after_its_last_attempt,
)


@pytest.mark.django_db(transaction=True)
class TestTheModel:
    @pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
    def test_finds_a_consumer_that(self, plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("each is found on SQLite, in a tenth of the time")
        plant(monkeypatch)
        with pytest.raises(AssertionError):
            run_state_machine_as_test(
                Delivery,
                settings=settings(
                    max_examples=200,
                    stateful_step_count=30,
                    deadline=None,
                    derandomize=True,  # The same runs each time: found once, found always.
                    database=None,
                    phases=(Phase.generate,),  # That it is found is enough, shortest or not.
                    report_multiple_bugs=False,
                    suppress_health_check=list(HealthCheck),
                ),
            )
