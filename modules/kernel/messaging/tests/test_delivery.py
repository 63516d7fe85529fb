"""Delivery: everything, once, in order per key; a failure holds back its own key only."""

import pytest
from django.db import connection

from modules.kernel.messaging.models import SetAside
from modules.kernel.messaging.tests.probe import (
    Recorder,
    ThingHappened,
    effects,
    probe_consumer,
    publish,
    run,
    tick,
)
from modules.kernel.messaging.unit_of_work import (
    OutsideTransaction,
    StreamConflict,
    TransactionSpansModules,
    unit_of_work,
)

pytestmark = pytest.mark.django_db(transaction=True)


def make_due() -> None:
    SetAside.objects.filter(state="retrying").update(due_at="2000-01-01T00:00:00Z")


class TestUnitOfWork:
    def test_keeps_state_and_messages_together_when_it_fails(self) -> None:
        def publish_and_fail() -> None:
            with unit_of_work("probe") as work:
                work.append(ThingHappened(thing="a", number=1))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            publish_and_fail()
        assert tick() == 0

    def test_refuses_to_append_after_its_end(self) -> None:
        with unit_of_work("probe") as work:
            pass
        with pytest.raises(OutsideTransaction):
            work.append(ThingHappened(thing="a", number=1))

    def test_refuses_a_transaction_inside_one_of_another_module(self) -> None:
        with (
            unit_of_work("probe"),
            pytest.raises(TransactionSpansModules, match=r"other opened .* inside one of probe"),
            unit_of_work("other"),
        ):
            pass

    def test_refuses_a_fact_of_another_module(self) -> None:
        with unit_of_work("other") as work, pytest.raises(ValueError, match="a fact of probe"):
            work.append(ThingHappened(thing="a", number=1))

    def test_refuses_a_second_writer_at_one_version_of_a_stream(self) -> None:
        with unit_of_work("probe") as work:
            happened = ThingHappened(thing="a", number=1)
            assert work.append_to_stream("probe-a", [happened], expected_version=0) == 1
        with (
            pytest.raises(StreamConflict, match="moved past version 0"),
            unit_of_work("probe") as w,
        ):
            w.append_to_stream("probe-a", [happened], expected_version=0)


class TestConsumer:
    def test_makes_each_effect_once_in_the_order_of_the_log(self) -> None:
        publish(*(ThingHappened(thing=f"t{n % 5}", number=n) for n in range(250)))
        tick()
        run(probe_consumer())
        run(probe_consumer())
        assert effects() == [f"t{n % 5}:{n}" for n in range(250)]

    def test_rolls_a_batch_back_and_sets_only_the_failing_message_aside(self) -> None:
        publish(*(ThingHappened(thing=f"t{n % 3}", number=n) for n in range(9)))
        tick()
        recorder = Recorder(fail=lambda message, delivery: message.number == 4)
        run(probe_consumer(recorder))
        assert effects() == [f"t{n % 3}:{n}" for n in (0, 1, 2, 3, 5, 6, 8)]
        assert list(SetAside.objects.order_by("pos").values_list("key", "state")) == [
            ("t1", "retrying"),
            ("t1", "waiting"),
        ]

    def test_resumes_a_key_in_order_once_its_message_goes_through(self) -> None:
        publish(*(ThingHappened(thing="a", number=n) for n in range(4)))
        tick()
        recorder = Recorder(
            fail=lambda message, delivery: delivery.attempt == 1 and message.number == 1
        )
        consumer = probe_consumer(recorder)
        run(consumer)
        assert effects() == ["a:0"]
        make_due()
        run(consumer)
        assert effects() == ["a:0", "a:1", "a:2", "a:3"]
        assert not SetAside.objects.exists()

    def test_parks_a_message_after_its_last_attempt(self) -> None:
        publish(ThingHappened(thing="a", number=1), ThingHappened(thing="b", number=2))
        tick()
        consumer = probe_consumer(Recorder(fail=lambda message, delivery: message.thing == "a"))
        for _ in range(5):
            run(consumer)
            make_due()
            parked = SetAside.objects.get()
        assert (parked.state, parked.attempts) == ("parked", 3)
        assert "a:1 will not go" in parked.error
        assert effects() == ["b:2"]

    def test_calls_out_outside_any_transaction_and_records_inside_one(self) -> None:
        publish(ThingHappened(thing="a", number=1))
        tick()
        seen: list[object] = []

        def call(message: ThingHappened, delivery: object) -> str:
            seen.append(connection.in_atomic_block)
            return "answer"

        def record(message: ThingHappened, result: str, delivery: object) -> None:
            seen.extend([connection.in_atomic_block, result])

        run(probe_consumer(record, call=call))
        assert seen == [False, True, "answer"]
        assert not SetAside.objects.exists()
