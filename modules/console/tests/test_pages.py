from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from modules.inventory.contracts import Inventory, StockLevel
from modules.kernel import interfaces
from modules.kernel.manifests import installed_modules
from modules.kernel.messaging import unit_of_work
from modules.kernel.messaging.models import SetAside
from modules.ordering.contracts import (
    Order,
    OrderFailure,
    Ordering,
    OrderLine,
    OrderPage,
    OrderPayment,
    OrderSummary,
    UnknownOrder,
)
from modules.payments.contracts import AuthorisePayment
from modules.shipping.contracts import Address

pytestmark = pytest.mark.django_db

PAGES = ("", "orders", "orders/o-1", "stock", "messages")
SUMMARY = OrderSummary(
    order_id="o-1",
    customer_id="c-1",
    status="failed",
    currency="USD",
    total_minor=1450,
    placed_at=timezone.now() - timedelta(seconds=1),
)
ORDER = Order(
    order_id="o-1",
    customer_id="c-1",
    status="failed",
    currency="USD",
    total_minor=1450,
    lines=(
        OrderLine(
            sku="MUG",
            name="Stone mug",
            quantity=1,
            unit_price_minor=1450,
            discount_percent=Decimal(0),
            total_minor=1450,
        ),
    ),
    ship_to=Address(name="Maria", line1="Obere Str. 57", city="Berlin", country="Germany"),
    placed_at=SUMMARY.placed_at,
    failure=OrderFailure(code="payment-declined", detail="the bank said no"),
    payment=OrderPayment(status="declined", captured_minor=0, refunded_minor=0),
    shipment=None,
)


class OrderingDouble:
    """This knows two orders."""

    def order(self, *, order_id: str) -> Order:
        if order_id != ORDER.order_id:
            raise UnknownOrder(f"there is no order {order_id}", order_id=order_id)
        return ORDER

    def orders(
        self, *, customer_id: str = "", status: str = "", cursor: str = "", limit: int = 50
    ) -> OrderPage:
        known = (SUMMARY, replace(SUMMARY, order_id="o-2", status="pending"))
        return OrderPage(orders=tuple(order for order in known if status in ("", order.status)))


class InventoryDouble:
    """This has two kinds of goods."""

    def levels(self, *, skus: tuple[str, ...] = ()) -> tuple[StockLevel, ...]:
        return (
            StockLevel(sku="LAMP", on_hand=3, reserved=3, available=0),
            StockLevel(sku="MUG", on_hand=40, reserved=2, available=38),
        )


@pytest.fixture(autouse=True)
def other_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: dict[type, object] = {Ordering: OrderingDouble(), Inventory: InventoryDouble()}
    monkeypatch.setattr(interfaces, "get", answers.__getitem__)


class TestAccess:
    @pytest.mark.parametrize("page", PAGES)
    def test_asks_for_a_staff_account_where_the_settings_say_so(
        self, client: Client, settings: Settings, page: str
    ) -> None:
        settings.QUARRY_CONSOLE_FOR_STAFF = True
        response = client.get(f"/console/{page}")
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/admin/login/")

    def test_lets_staff_in(self, client: Client, settings: Settings, admin_user: User) -> None:
        settings.QUARRY_CONSOLE_FOR_STAFF = True
        client.force_login(admin_user)
        assert client.get("/console/").status_code == 200

    @pytest.mark.parametrize("page", PAGES)
    def test_is_open_on_a_laptop(self, client: Client, page: str) -> None:
        assert client.get(f"/console/{page}").status_code == 200


class TestMap:
    def test_shows_every_module_and_its_relations(self, client: Client) -> None:
        page = client.get("/console/").text
        for config in installed_modules():
            assert config.manifest.title in page
        assert "authorise_payment" in page


class TestOrders:
    def test_can_be_narrowed_to_a_status(self, client: Client) -> None:
        assert "o-2" in client.get("/console/orders").text
        assert "o-2" not in client.get("/console/orders", {"status": "failed"}).text

    def test_shows_an_order_with_what_was_said_about_it(self, client: Client) -> None:
        command = AuthorisePayment(
            order_id="o-1", amount_minor=1450, currency="USD", payment_token="tok_declined"
        )
        with unit_of_work("ordering") as work:
            work.append(command)
        page = client.get("/console/orders/o-1").text
        assert "payment-declined" in page
        assert "Authorise payment" in page
        assert "Ordering → Payments" in page

    def test_says_that_there_is_no_such_order(self, client: Client) -> None:
        response = client.get("/console/orders/none")
        assert response.status_code == 404
        assert "No such order" in response.text


class TestStock:
    def test_can_be_narrowed_by_sku(self, client: Client) -> None:
        page = client.get("/console/stock", {"q": "mug"}).text
        assert "MUG" in page
        assert "LAMP" not in page


class TestMessages:
    def test_counts_what_is_set_aside(self, client: Client) -> None:
        assert "Nothing is set aside" in client.get("/console/messages").text
        for pos in (1, 2):
            SetAside.objects.create(
                consumer="payments",
                source="default",
                pos=pos,
                message_id=f"00000000-0000-7000-8000-00000000000{pos}",
                name="payments.authorise_payment",
                key="o-1",
                part=0,
                state="parked",
                error="Boom",
            )
        (row,) = client.get("/console/messages").context["set_aside"]
        assert (row.consumer, row.state, row.messages, row.keys) == ("payments", "parked", 2, 1)
