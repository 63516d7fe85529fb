"""The live figures: orders a minute, failures by code, revenue."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from modules.console.queries.figures import figures
from modules.console.read_models import Figure, LiveFigures
from modules.kernel.messaging.testing import drain
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.readmodels.tests.overlapping import project, project_overlapping
from modules.ordering.contracts import OrderFailed, OrderFulfilled, OrderPlaced
from modules.payments.contracts import PaymentCaptured, PaymentRefunded
from modules.shipping.contracts import Address

pytestmark = pytest.mark.django_db(transaction=True)

_ADDRESS = Address(name="A", line1="B", city="C", country="D")
_ORDER = "0192f0c1-2c3d-7e4f-8a5b-6c7d8e9f0a%02d"


@pytest.fixture(autouse=True)
def events() -> None:
    """Three orders are placed: one is fulfilled, two fail; half of the money goes back."""
    with unit_of_work("ordering") as work:
        for number in range(3):
            work.append(
                OrderPlaced(
                    order_id=_ORDER % number,
                    customer_id="ANN",
                    currency="USD",
                    lines=(),
                    ship_to=_ADDRESS,
                    payment_token="tok_ok",
                )
            )
        work.append(OrderFulfilled(order_id=_ORDER % 0))
        work.append(OrderFailed(order_id=_ORDER % 1, code="out-of-stock"))
        work.append(OrderFailed(order_id=_ORDER % 2, code="out-of-stock"))
    with unit_of_work("payments") as work:
        work.append(PaymentCaptured(order_id=_ORDER % 0, amount_minor=1000, currency="USD"))
        work.append(
            PaymentRefunded(order_id=_ORDER % 0, refund_id="r", amount_minor=400, currency="USD")
        )


class TestFigures:
    def test_are_those_of_the_last_minutes(self) -> None:
        drain()
        shown = figures(now=timezone.now(), minutes=10)
        assert shown.orders_per_minute == 0.3
        assert shown.failures == (("out-of-stock", 2),)
        assert shown.revenue == (("USD", 600),)
        assert sum(minute.fulfilled for minute in shown.minutes) == 1
        assert shown.lag_seconds == 0.0

    def test_say_how_far_they_are_behind(self, client: Client) -> None:
        from modules.kernel.messaging.tests.probe import tick

        drain()
        with unit_of_work("ordering") as work:
            work.append(OrderFulfilled(order_id=_ORDER % 1))
        tick()
        answer = client.get("/console/figures", {"format": "json"})
        assert answer.headers["X-Read-Behind"] == "1"
        assert answer.json()["failures"] == [["out-of-stock", 2]]

    def test_are_on_a_page(self, client: Client) -> None:
        drain()
        page = client.get("/console/figures").text
        assert "out-of-stock" in page
        assert "6.00" in page


@pytest.mark.skipif(connection.vendor != "postgresql", reason="writers on SQLite take turns")
class TestNewsOfTwoLogs:
    """A module that gets a database of its own has news of one minute in two logs."""

    @pytest.mark.parametrize("before", [0, 1])
    def test_is_counted_once_each(self, before: int) -> None:
        refunded = PaymentRefunded(
            order_id=_ORDER % 0, refund_id="r", amount_minor=400, currency="USD"
        )
        project(LiveFigures(), *[refunded] * before)
        project_overlapping(LiveFigures(), [refunded], [refunded])
        row = Figure.objects.get()
        assert (row.number, row.amount_minor) == (2 + before, 400 * (2 + before))
