"""Handlers that fail in the worst ways: each is isolated, counted, parked; the others go on."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.models import OperatorAction, SetAside
from modules.kernel.messaging.set_aside import ERROR_LIMIT
from modules.kernel.messaging.subscriptions import Handler, RetryPolicy, Subscription
from modules.kernel.messaging.tests.driver_threads import delivering_threads
from modules.kernel.messaging.tests.probe import (
    DoThing,
    Recorder,
    ThingHappened,
    effects,
    probe_consumer,
    publish,
    record_effect,
    run,
    tick,
)
from modules.kernel.messaging.unit_of_work import unit_of_work

pytestmark = pytest.mark.django_db(transaction=True)

TWICE = RetryPolicy(attempts=2, first=timedelta(milliseconds=1))


def publish_good_and_bad() -> None:
    publish(
        *(ThingHappened(thing="good", number=number) for number in (1, 2)),
        ThingHappened(thing="bad", number=3),
        ThingHappened(thing="good", number=4),
        ThingHappened(thing="bad", number=5),
    )
    tick()


def deliver_until_parked(consumer: Consumer) -> SetAside:
    """This goes on until one message is parked, and gives it."""
    for _ in range(20):
        run(consumer)
        SetAside.objects.filter(state="retrying").update(due_at="2000-01-01T00:00:00Z")
        if parked := SetAside.objects.filter(state="parked").first():
            return parked
    raise AssertionError("nothing is parked")


def violate_a_constraint() -> None:
    action = OperatorAction.objects.create(operator="bad", action="x", subject="x")
    OperatorAction.objects.create(pk=action.pk, operator="bad", action="x", subject="x")


def put_a_value_that_does_not_fit() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 / 0"
            if connection.vendor == "postgresql"
            else "INSERT INTO messaging_operatoraction (operator) VALUES (NULL)"
        )


def fill_the_disk_quota() -> None:
    """This runs against a real quota: of temporary files, or of the database's pages."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL work_mem = '64kB'")
            cursor.execute("SET LOCAL temp_file_limit = '1kB'")
            cursor.execute(
                "SELECT count(*) FROM (SELECT md5(g::text) FROM generate_series(1, 50000) AS g"
                " ORDER BY 1 OFFSET 1) AS sorted"
            )
            return
        cursor.execute("PRAGMA max_page_count")
        (unlimited,) = cursor.fetchone()
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + 2}")
        try:
            cursor.execute(
                "INSERT INTO messaging_operatoraction (operator, action, subject, reason, at)"
                " VALUES ('bad', '', '', zeroblob(10000000), '')"
            )
        finally:
            cursor.execute(f"PRAGMA max_page_count = {unlimited}")


class TestAHandlerThatBreaksTheTransaction:
    @pytest.mark.parametrize(
        ("ruin", "said"),
        [
            (violate_a_constraint, r"IntegrityError"),
            (put_a_value_that_does_not_fit, r"DataError|IntegrityError"),
            (fill_the_disk_quota, r"temp_file_limit|disk is full"),
        ],
    )
    def test_is_taken_out_of_its_batch_and_parked(
        self, ruin: Callable[[], None], said: str
    ) -> None:
        def handle(message: ThingHappened, delivery: Delivery) -> None:
            record_effect(message, delivery)
            if message.number == 3:
                ruin()

        publish_good_and_bad()
        parked = deliver_until_parked(probe_consumer(handle, retry=TWICE))
        assert (parked.key, parked.attempts) == ("bad", 2)
        assert re.search(said, parked.error), parked.error
        assert effects() == ["good:1", "good:2", "good:4"], "the rest of the batch went through"
        assert list(SetAside.objects.values_list("state", flat=True).order_by("pos")) == [
            "parked",
            "waiting",
        ]


class TestAnErrorThatCannotBeStored:
    @pytest.mark.parametrize(
        ("said", "kept"),
        [("half \ud800 of it", r"half \\ud800 of it"), ("up to \0 here", r"up to \\x00 here")],
        ids=["surrogate", "NUL"],
    )
    def test_is_kept_in_other_signs(self, said: str, kept: str) -> None:
        def handle(message: ThingHappened, delivery: Delivery) -> None:
            if message.number == 3:
                raise RuntimeError(said)
            record_effect(message, delivery)

        publish_good_and_bad()
        parked = deliver_until_parked(probe_consumer(handle, retry=TWICE))
        assert re.search(kept, parked.error), parked.error
        assert effects() == ["good:1", "good:2", "good:4"]

    def test_is_cut_in_the_middle_where_it_is_long(self) -> None:
        def handle(message: ThingHappened, delivery: Delivery) -> None:
            raise RuntimeError("x" * 3 * ERROR_LIMIT + " at the end")

        publish(ThingHappened(thing="bad", number=1))
        tick()
        parked = deliver_until_parked(probe_consumer(handle, retry=TWICE))
        assert len(parked.error) <= ERROR_LIMIT
        assert parked.error.startswith("Traceback")
        assert parked.error.rstrip().endswith("at the end")


class TestAMessageThatCannotBeRead:
    def test_is_parked_and_the_others_go_on(self) -> None:
        publish_good_and_bad()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE messaging_message SET data = '{' WHERE data LIKE '%%:3}'",
                [],
            )
        parked = deliver_until_parked(probe_consumer(retry=TWICE))
        assert parked.key == "bad"
        assert "DecodeError" in parked.error
        assert effects() == ["good:1", "good:2", "good:4"]


class TestAHandlerThatAReleaseHasNoMore:
    @pytest.mark.parametrize("state", ["retrying", "waiting"])
    def test_leaves_what_it_had_set_aside_to_an_operator_and_the_others_go_on(
        self, state: str
    ) -> None:
        publish(ThingHappened(thing="bad", number=1))
        tick()
        run(probe_consumer(Recorder(fail=lambda message, delivery: True), retry=TWICE))
        SetAside.objects.update(state=state, due_at="2000-01-01T00:00:00Z")
        with unit_of_work("probe") as work:
            work.append(DoThing(thing="good"))
        tick()
        done: list[object] = []
        handler = Handler(record=lambda message, delivery: done.append(message))
        released = Subscription("probe", "probe", {"probe.do_thing": (handler,)})
        run(Consumer(released, database="default", source="default", owner="new"))
        assert done == [DoThing(thing="good")]
        parked = SetAside.objects.get()
        assert (parked.state, parked.error) == ("parked", "there is no handler of it any more")


class TestAHandlerThatHangs:
    def test_is_interrupted_and_parked_while_other_keys_go_on(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        attempts: list[int] = []

        def handle(message: ThingHappened, delivery: Delivery) -> None:
            record_effect(message, delivery)
            if message.number == 3:
                attempts.append(delivery.attempt)
                while True:  # As Python hangs: it can be interrupted between two lines.
                    threading.Event().wait(0.01)

        handler = Handler(record=handle, retry=TWICE, time_limit_seconds=0.3)
        subscription = Subscription("probe", "probe", {"probe.thing_happened": (handler,)})
        publish_good_and_bad()
        with delivering_threads(subscription, monkeypatch):
            deadline = time.monotonic() + 30
            while not SetAside.objects.filter(state="parked").exists():
                assert time.monotonic() < deadline, "it is parked"
                threading.Event().wait(0.05)
        parked = SetAside.objects.get(state="parked")
        assert (parked.key, parked.attempts) == ("bad", 2)
        assert "HandlerTimedOut" in parked.error
        assert attempts == [1, 1, 2], "once in the batch, then alone, then again"
        assert effects() == ["good:1", "good:2", "good:4"]


class TestTheClockOfAProcess:
    @pytest.mark.parametrize("jump_seconds", [-86_400.0, 86_400.0])
    def test_may_jump_without_a_lease_being_lost_or_taken(
        self, monkeypatch: pytest.MonkeyPatch, jump_seconds: float
    ) -> None:
        """Leases, retries and schedules go by the database's clock."""
        publish_good_and_bad()
        steady, jumping = probe_consumer(owner="steady"), probe_consumer(owner="jumping")
        steady.leases.renew()
        held = set(steady.leases.held)
        seconds, now = time.time, timezone.now
        monkeypatch.setattr(time, "time", lambda: seconds() + jump_seconds)
        monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(seconds=jump_seconds))
        jumping.leases.renew()
        assert not jumping.leases.held, "a live lease is not taken, whatever the clock says"
        steady.leases.renew()
        assert set(steady.leases.held) < held, "its share is given up"
        run(jumping)
        run(steady)
        assert sorted(effects()) == ["bad:3", "bad:5", "good:1", "good:2", "good:4"]
