"""Reception on each database, over a broker that is a list."""

from __future__ import annotations

import pytest

from modules.kernel.contracts import new_id
from modules.kernel.messaging.brokers import (
    Received,
    Reception,
    Route,
    Taken,
)
from modules.kernel.messaging.catalogue import decode
from modules.kernel.messaging.models import Inbox, Message
from modules.kernel.messaging.tests.list_broker import ROUTE, ListBroker, Named, happened, new_relay

pytestmark = pytest.mark.django_db(transaction=True)


class TestReception:
    def sent(self, *numbers: int) -> ListBroker:
        """This gives a broker that has messages of a log that is not here any more."""
        broker = ListBroker()
        happened(*numbers)
        relay = new_relay(broker)
        while relay.step():
            pass
        relay.close()
        Message.objects.all().delete()
        return broker

    def test_appends_each_message_once_in_order(self) -> None:
        broker = self.sent(*range(7))
        broker.messages += broker.messages[:3]
        reception = Reception(broker, ROUTE)
        assert reception.step() == Taken(appended=7, duplicates=3)
        broker.messages += broker.acknowledged[-4:]
        assert reception.step() == Taken(duplicates=4)
        data = Message.objects.order_by("id").values_list("data", flat=True)
        assert [one[-2] for one in data] == [str(number) for number in range(7)]
        assert Inbox.objects.count() == 7
        message = Message.objects.earliest("id")
        assert (message.source, message.stream) == ("probe", None)
        assert '"publishedat"' in message.headers

    def test_knows_what_the_log_has_already(self) -> None:
        broker = self.sent(1, 2)
        Reception(broker, ROUTE).step()
        Inbox.objects.all().delete()  # As if it had been here before its module moved away.
        broker.messages += broker.acknowledged
        assert Reception(broker, ROUTE).step() == Taken(duplicates=2)
        assert Message.objects.count() == 2

    def test_leaves_to_newer_routes_what_it_would_pass_over(self) -> None:
        broker = self.sent(1, 2)
        broker.messages.insert(0, Received(attributes={}, body=b"?", token=None))
        other = Route(deployable="here", modules=("probe",), names=("probe.other",))
        reception = Reception(broker, other, still_holds=lambda: False)
        assert reception.step() == Taken()
        assert (len(broker.messages), broker.refused, broker.is_closed) == (3, [], True)
        assert Reception(broker, ROUTE, still_holds=lambda: False).step() == Taken(
            appended=2, refused=1
        )

    def test_refuses_what_is_no_message_and_passes_over_what_nobody_handles(self) -> None:
        broker = self.sent(1, 2)
        broker.messages[0] = Received(attributes={}, body=b"?", token=None)
        other = Route(deployable="here", modules=("probe",), names=("probe.other",))
        assert Reception(broker, other).step() == Taken(refused=1, passed_over=1)
        assert broker.refused == ["specversion is None, not '1.0'"]
        assert broker.messages == []

    def named(self, data: str) -> Received:
        """This gives a message of another release, or of anybody."""
        attributes = {
            "specversion": "1.0",
            "id": str(new_id()),
            "source": "/modules/probe",
            "type": "probe.named.v1",
            "subject": "p-1",
            "time": "2026-01-31T12:00:00+00:00",
        }
        return Received(attributes=attributes, body=data.encode(), token=None)

    def test_takes_what_lacks_a_personal_field_that_may_be_left_out(self) -> None:
        broker = self.sent(1)
        broker.messages.insert(0, self.named('{"person":"p-1","name":"Ann"}'))
        assert Reception(broker, ROUTE).step() == Taken(appended=2)
        data = Message.objects.get(name="probe.named").data
        assert "Ann" not in data
        assert decode("probe.named", 1, data) == Named(person="p-1", name="Ann")

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            ('{"name":"Ann"}', "'person', whom what is personal in it belongs to, is missing"),
            ('{"person":"p-1","name":' + "[" * 600 + "]" * 600 + "}", "recursion"),
            ('{"person":"p-1","name":"Ann","number":1e999}', "Number out of range"),
        ],
        ids=["of nobody", "too deep", "too large a number"],
    )
    def test_refuses_what_cannot_be_sealed_and_takes_what_is_behind_it(
        self, data: str, why: str
    ) -> None:
        broker = self.sent(1, 2)
        broker.messages.insert(1, self.named(data))
        assert Reception(broker, ROUTE).step() == Taken(appended=2, refused=1)
        (refused,) = broker.refused
        assert why in refused
        assert broker.messages == []
        assert Inbox.objects.count() == 2
