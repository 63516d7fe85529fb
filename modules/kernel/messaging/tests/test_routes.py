"""What crosses the broker follows from where the modules are."""

import pytest
from pytest_django import Settings

from modules.kernel.messaging.brokers import (
    BadBrokerUrl,
    is_distributed,
    open_transport,
    received_route,
    relayed_names,
)
from modules.kernel.messaging.followers import FollowerKind, follow, unfollow


class TestRoutes:
    def test_are_empty_while_all_modules_are_here(self) -> None:
        assert not is_distributed()
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

    def test_carry_in_commands_to_modules_here(self, settings: Settings) -> None:
        settings.QUARRY_REMOTE_MODULES = ["ordering"]
        assert "payments.capture_payment" in received_route().names


def test_an_unknown_broker_is_refused_by_its_scheme() -> None:
    with pytest.raises(BadBrokerUrl, match="begins with 'nats'; known: amqp, amqps, kafka"):
        open_transport("nats://127.0.0.1")
