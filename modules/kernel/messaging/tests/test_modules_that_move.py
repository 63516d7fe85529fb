"""Messages of a module that is being moved: none is begun, none is lost, and it goes on after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from celery import current_app
from django.db.models import F

from modules.kernel import placements
from modules.kernel.contracts import new_id
from modules.kernel.messaging import tasks
from modules.kernel.messaging.brokers import Received, received_route, relayed_names
from modules.kernel.messaging.drivers import celery as driver
from modules.kernel.messaging.drivers import crossing
from modules.kernel.messaging.drivers.keeping import keep_logs
from modules.kernel.messaging.drivers.placing import notice_moves
from modules.kernel.messaging.drivers.threads import ThreadGroup
from modules.kernel.messaging.followers import FollowerKind
from modules.kernel.messaging.leases import make_partitions
from modules.kernel.messaging.models import Message, Partition, Scheduled, Worker
from modules.kernel.messaging.tests.list_broker import ListBroker
from modules.kernel.messaging.tests.probe import (
    DoThing,
    ThingHappened,
    effects,
    probe_consumer,
    publish,
    run,
    tick,
)
from modules.kernel.messaging.tests.waiting import wait_until
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.placements import Moved, State, StoredPlacements, hosting, place

pytestmark = pytest.mark.django_db(transaction=True)

URL = "http://127.0.0.1:9"


@pytest.fixture
def process() -> Iterator[StoredPlacements]:
    """What this process knows of placements; `moved` has it look again."""
    process = StoredPlacements()
    before = placements.use(process)
    yield process
    placements.use(before)


def moved(process: StoredPlacements, state: State, epoch: int, module: str = "probe") -> None:
    place(module, state=state, epoch=epoch, url=URL)
    process.refresh()


def happened(*numbers: int) -> None:
    publish(*(ThingHappened(thing="a", number=number) for number in numbers))
    tick()


class TestAConsumer:
    @pytest.mark.parametrize("state", [State.FENCED, State.ELSEWHERE, State.STANDBY])
    def test_holds_nothing_while_its_module_is_not_in_charge_and_goes_on_when_it_is(
        self, process: StoredPlacements, state: State
    ) -> None:
        consumer = probe_consumer()
        happened(1)
        assert consumer.step() == 1
        happened(2)
        moved(process, state, 1)
        assert consumer.step() == 0
        assert not Partition.objects.exclude(owner="").exists()
        assert not Worker.objects.exists()
        assert consumer.idle_seconds > 1
        assert effects() == ["a:1"]
        moved(process, State.HERE, 2)
        run(consumer)
        assert effects() == ["a:1", "a:2"]

    def test_leaves_no_trace_where_its_module_is_awaited(self) -> None:
        before = placements.use(StoredPlacements(awaited=["probe"]))
        try:
            happened_here = probe_consumer()
            assert happened_here.step() == 0
            assert not Partition.objects.exists()
            place("probe", state=State.HERE, epoch=1)
            placements.placements().refresh()
            run(happened_here)
            assert Partition.objects.exists()
        finally:
            placements.use(before)

    def test_that_has_not_heard_of_the_move_is_refused_by_its_leases(self) -> None:
        asleep = StoredPlacements(clock=lambda: 0.0)  # What it knows never gets old.
        before = placements.use(asleep)
        try:
            consumer = probe_consumer()
            consumer.step()
            happened(1)
            # As the mover does, in the transaction in which it fences.
            place("probe", state=State.FENCED, epoch=1)
            Partition.objects.update(
                owner="moving", epoch=F("epoch") + 1, lease_until="9999-01-01T00:00:00Z"
            )
            assert placements.is_in_charge("probe")
            assert consumer.step() == 0
            assert effects() == []
            assert not Partition.objects.exclude(checkpoint=0).exists()
        finally:
            placements.use(before)


class TestAUnitOfWork:
    @pytest.mark.parametrize("state", [State.ELSEWHERE, State.STANDBY])
    def test_is_refused_where_the_module_is_not_in_charge(
        self, process: StoredPlacements, state: State
    ) -> None:
        moved(process, state, 3)
        with pytest.raises(Moved, match="since epoch 3, and nothing of it is changed here"):
            publish(ThingHappened(thing="a", number=1))
        assert not Message.objects.exists()

    def test_may_end_while_the_module_is_fenced(self, process: StoredPlacements) -> None:
        moved(process, State.FENCED, 1)
        publish(ThingHappened(thing="a", number=1))
        assert Message.objects.exists()


class TestASchedule:
    def test_waits_while_its_module_is_being_moved_and_no_other(
        self, process: StoredPlacements
    ) -> None:
        for module in ("probe", "other"):
            with unit_of_work(module) as work:
                work.schedule(DoThing(thing=module), after=timedelta(0))
        moved(process, State.FENCED, 1)
        tick()
        assert list(Message.objects.values_list("source", flat=True)) == ["other"]
        assert Scheduled.objects.get().source == "probe"
        moved(process, State.HERE, 2)
        tick()
        assert list(Message.objects.values_list("source", flat=True)) == ["other", "probe"]


class TestAFollower:
    def test_is_not_made_in_standby_and_closed_when_its_module_goes(
        self, process: StoredPlacements
    ) -> None:
        said: list[str] = []

        class Follower:
            idle_seconds = 7.0

            def step(self) -> int:
                said.append("stepped")
                return 1

            def close(self) -> None:
                said.append("closed")

        def make(source: str) -> Follower:
            said.append("made")
            return Follower()

        kind = FollowerKind(name="f", module="probe", make=make, place=lambda source: None)
        follower = kind.follower("default")
        moved(process, State.STANDBY, 1)
        assert follower.step() == 0
        assert follower.idle_seconds > 1
        assert said == []
        moved(process, State.HERE, 1)
        assert follower.step() == 1
        assert follower.idle_seconds == 7.0
        moved(process, State.FENCED, 2)
        assert follower.step() == 0
        follower.close()
        assert said == ["made", "stepped", "closed"]


class TestRoutes:
    def test_follow_a_module_away_and_back(self, process: StoredPlacements) -> None:
        assert "payments.payment_captured" in relayed_names()
        moved(process, State.ELSEWHERE, 1, module="payments")
        assert "payments.payment_captured" not in relayed_names()
        assert "payments.capture_payment" in relayed_names()
        route = received_route()
        assert route.modules == ("payments",)
        assert "payments.payment_captured" in route.names
        assert "payments.capture_payment" not in route.names
        moved(process, State.HERE, 2, module="payments")
        assert received_route().modules == ()

    def test_stay_as_they_are_while_a_module_is_fenced_on_its_way_back(
        self, process: StoredPlacements
    ) -> None:
        for module in ("inventory", "payments"):
            moved(process, State.ELSEWHERE, 1, module=module)
        before = hosting()
        moved(process, State.FENCED, 2, module="payments")
        assert hosting() == before
        assert "payments.capture_payment" in relayed_names()

    def test_can_be_told_before_the_move(self, process: StoredPlacements) -> None:
        at = hosting().with_module("payments", State.ELSEWHERE, broker_url="amqp://b")
        assert at.is_distributed
        assert "payments.payment_captured" in received_route(at).names
        assert received_route().modules == ()


class TestTheDrivers:
    def test_begin_and_end_to_cross_a_broker_as_a_module_goes_and_comes(
        self, process: StoredPlacements, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broker = ListBroker()
        opened: list[str] = []
        monkeypatch.setattr(ListBroker, "receive", lambda self, **_: [])

        def opening(url: str, *, prefix: str) -> ListBroker:
            opened.append(url)
            return broker

        monkeypatch.setattr(crossing, "open_transport", opening)
        monkeypatch.setattr(crossing, "_RECEIVE_SECONDS", 0.01)
        group = ThreadGroup()
        pulses = keep_logs(group)
        crossing.cross(group, pulses)
        notice_moves(group, *(pulse.beat for pulse in pulses.values()))
        make_partitions(database="default", consumer="relay", source="default", start=0)
        group.start()
        try:
            publish(ThingHappened(thing="a", number=1))
            place(
                "payments", state=State.ELSEWHERE, epoch=1, url=URL, broker_url="amqp://of.the.move"
            )
            wait_until(lambda: broker.numbers() == ["1"], what="the relay begins")
            publish(ThingHappened(thing="a", number=2))
            wait_until(lambda: broker.numbers() == ["1", "2"], what="the relay goes on")
            place("payments", state=State.HERE, epoch=2)
            relays = Partition.objects.filter(consumer="relay")
            wait_until(lambda: not relays.exclude(owner="").exists(), what="the relay ends")
            publish(ThingHappened(thing="a", number=3))
            place("payments", state=State.ELSEWHERE, epoch=3, url=URL, broker_url="amqp://another")
            wait_until(lambda: broker.numbers() == ["1", "2", "3"], what="the relay begins anew")
        finally:
            group.stop()
        assert set(opened) == {"amqp://of.the.move", "amqp://another"}

    def test_receive_what_comes_while_they_learn_that_a_module_has_moved(
        self, process: StoredPlacements, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        happened(1)
        (sent,) = Message.objects.all()
        moved(process, State.ELSEWHERE, 1, module="inventory")
        place("inventory", state=State.ELSEWHERE, epoch=1, url=URL, broker_url="amqp://b")
        captured = Received(
            attributes={
                "specversion": "1.0",
                "id": str(new_id()),
                "source": "/modules/payments",
                "type": "payments.payment_captured.v1",
                "subject": "a",
                "time": sent.recorded_at.isoformat(),
            },
            body=b"{}",
            token=None,
        )
        broker = ListBroker()

        def receive(*, limit: int, timeout_seconds: float) -> list[Received]:
            # Sent as soon as the service is in charge, to who has looked a moment before.
            if not broker.is_closed:
                place("payments", state=State.ELSEWHERE, epoch=1, url=URL, broker_url="amqp://b")
            return [] if broker.acknowledged else [captured]

        monkeypatch.setattr(broker, "receive", receive)
        monkeypatch.setattr(crossing, "open_transport", lambda url, *, prefix: broker)
        group = ThreadGroup()
        crossing.cross(group, keep_logs(group))
        group.start()
        try:
            wait_until(lambda: bool(broker.acknowledged), what="it is acknowledged")
        finally:
            group.stop()
        assert Message.objects.filter(name="payments.payment_captured").count() == 1

    def test_wake_nobody_and_deliver_nothing_of_a_module_elsewhere_by_celery(
        self, process: StoredPlacements, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent: list[str] = []
        monkeypatch.setattr(
            current_app, "send_task", lambda name, kwargs, **_: sent.append(kwargs["module"])
        )
        moved(process, State.ELSEWHERE, 1, module="payments")
        driver.wake_all_modules()
        assert "payments" not in sent
        assert "inventory" in sent
        assert tasks.deliver(module="payments") is None
        assert not Partition.objects.exists()
