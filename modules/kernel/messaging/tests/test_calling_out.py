"""A call outside any transaction, during which another takes over: recorded once all the same."""

import pytest
from django.db.models.functions import Now

from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.models import Partition, SetAside, Worker
from modules.kernel.messaging.tests.probe import (
    ThingHappened,
    effects,
    probe_consumer,
    publish,
    record_effect,
    run,
    tick,
)

pytestmark = pytest.mark.django_db(transaction=True)


def record(message: ThingHappened, result: object, delivery: Delivery) -> None:
    record_effect(message, delivery)


def take_over() -> None:
    """This lets all leases run out, and has another worker do what there is to do."""
    Partition.objects.update(lease_until=Now())
    Worker.objects.update(seen_until=Now())
    SetAside.objects.update(due_at="2000-01-01T00:00:00Z")
    run(probe_consumer(record, call=lambda message, delivery: "done", owner="other"))


class TestAWorkerThatIsLateWithItsAnswer:
    def test_is_refused_where_another_has_recorded_one_since(self) -> None:
        calls: list[str] = []

        def call(message: ThingHappened, delivery: Delivery) -> str:
            if not calls:
                calls.append("late")
                take_over()
            return "late"

        publish(ThingHappened(thing="a", number=1))
        tick()
        late: Consumer = probe_consumer(record, call=call, owner="late")
        assert late.step() == 0
        assert not late.leases.held
        assert effects() == ["a:1"]
        assert not SetAside.objects.exists()
