"""What crosses the broker follows from where the modules are."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from modules.kernel.contracts import new_id
from modules.kernel.messaging import operations
from modules.kernel.messaging.brokers import (
    BadBrokerUrl,
    open_transport,
    received_route,
    relayed_names,
)
from modules.kernel.messaging.followers import FollowerKind, follow, unfollow
from modules.kernel.messaging.leases import make_partitions
from modules.kernel.messaging.models import Inbox, Partition
from modules.kernel.messaging.statistics import consumer_statistics
from modules.kernel.placements import hosting


class TestRoutes:
    def test_are_empty_while_all_modules_are_here(self) -> None:
        assert not hosting().is_distributed
        assert received_route().modules == ()

    def test_carry_events_out_and_commands_to_modules_elsewhere(self, settings: Settings) -> None:
        settings.QUARRY_REMOTE_MODULES = ["payments"]
        names = relayed_names()
        assert {"ordering.order_placed", "payments.capture_payment"} <= set(names)
        assert not {"payments.payment_captured", "inventory.reserve_stock"} & set(names)

    def test_carry_in_the_events_of_modules_elsewhere_that_are_handled_here(
        self, settings: Settings
    ) -> None:
        settings.QUARRY_REMOTE_MODULES = ["ordering"]
        route = received_route()
        assert route.modules == ("ordering",)
        assert "ordering.order_confirmed" in route.names
        assert "inventory.stock_reserved" not in route.names

    def test_carry_in_what_a_read_model_here_is_made_of(self, settings: Settings) -> None:
        settings.QUARRY_REMOTE_MODULES = ["elsewhere"]
        kind = FollowerKind(
            name="probe",
            module="probe",
            names=("elsewhere.thing_happened",),
            make=lambda source: pytest.fail("nobody steps it here"),
            place=lambda source: None,
        )
        follow(kind)
        try:
            assert "elsewhere.thing_happened" in received_route().names
        finally:
            unfollow("probe")

    def test_carry_in_what_others_send_to_a_module_that_may_come_back(
        self, settings: Settings
    ) -> None:
        others = {"inventory.stock_returned", "payments.refund_payment"}
        settings.QUARRY_REMOTE_MODULES = ["payments"]
        assert not others & set(received_route().names)
        settings.QUARRY_REMOTE_MODULES = ["payments", "inventory"]
        assert others <= set(received_route().names)

    def test_carry_in_commands_to_modules_here(self, settings: Settings) -> None:
        settings.QUARRY_REMOTE_MODULES = ["ordering"]
        assert "payments.capture_payment" in received_route().names


def test_an_unknown_broker_is_refused_by_its_scheme() -> None:
    with pytest.raises(BadBrokerUrl, match="begins with 'nats'; known: amqp, amqps, kafka"):
        open_transport("nats://127.0.0.1")


@pytest.mark.django_db
class TestTheRelay:
    @pytest.fixture(autouse=True)
    def distributed(self, settings: Settings) -> None:
        settings.QUARRY_REMOTE_MODULES = ["payments"]
        settings.QUARRY_BROKER_URL = "amqp://nowhere"

    def test_is_told_of_like_every_consumer(self) -> None:
        found = {one.consumer: one for one in consumer_statistics()}
        assert found["relay"].lag == 0

    def test_can_be_told_where_to_begin(self) -> None:
        make_partitions(database="default", consumer="relay", source="default", start=0)
        operations.replay(consumer="relay", source="default", position=7, operator="test")
        begins = Partition.objects.filter(consumer="relay").values_list("checkpoint", flat=True)
        assert set(begins) == {7}


@pytest.mark.django_db(transaction=True)
def test_the_inbox_is_kept_longer_than_any_broker_keeps_a_message() -> None:
    for days, name in ((29, "younger"), (31, "older")):
        at = timezone.now() - timedelta(days=days)
        Inbox.objects.create(consumer=name, message_id=new_id(), received_at=at)
    call_command("messages", "prune", "default", "--older-than-days", "1", stdout=StringIO())
    assert [row.consumer for row in Inbox.objects.all()] == ["younger"]
