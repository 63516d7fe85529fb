"""One trace goes through requests and messages."""

import json

import pytest

from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.models import Message
from modules.kernel.messaging.subscriptions import Handler, Subscription
from modules.kernel.messaging.tests.probe import DoThing, ThingHappened, tick
from modules.kernel.messaging.unit_of_work import unit_of_work

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.django_db(transaction=True)
class TestTrace:
    def test_of_a_message_goes_on_in_what_its_handler_appends(self) -> None:
        def handle(message: DoThing, delivery: object) -> None:
            with unit_of_work("probe") as work:
                work.append(ThingHappened(thing=message.thing, number=1))

        with unit_of_work("probe") as work:
            work.append(DoThing(thing="a"))
        Message.objects.update(headers=f'{{"traceparent":"00-{TRACE_ID}-b7ad6b7169203331-01"}}')
        tick()
        handlers: dict[str, tuple[Handler, ...]] = {"probe.do_thing": (Handler(record=handle),)}
        consumer = Consumer(
            Subscription("probe", "probe", handlers),
            database="default",
            source="default",
            owner="test",
        )
        consumer.step()
        caused = json.loads(Message.objects.get(name="probe.thing_happened").headers)
        command = Message.objects.get(name="probe.do_thing")
        assert caused["traceparent"].split("-")[1] == TRACE_ID
        assert caused["causationid"] == str(command.message_id)
        assert caused["requestid"] == str(command.message_id)
