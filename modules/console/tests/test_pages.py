import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from modules.kernel.manifests import installed_modules
from modules.kernel.messaging import unit_of_work
from modules.payments.contracts import AuthorisePayment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_modules")]

PAGES = (
    *("", "orders", "orders/o-1", "figures", "stock", "calls", "moves", "sagas", "contracts"),
    *("messages", "messages/set-aside", "messages/actions"),
)


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


class TestContracts:
    def test_shows_who_publishes_and_who_consumes_each_message(self, client: Client) -> None:
        page = client.get("/console/contracts").text
        assert 'id="payments.payment_captured.v1"' in page
        assert "amount_minor" in page
        assert "/api/asyncapi/payments" in page

    def test_can_be_narrowed_to_a_name(self, client: Client) -> None:
        page = client.get("/console/contracts", {"q": "payment_captured"}).text
        assert "payments.payment_captured" in page
        assert "ordering.order_placed" not in page

    def test_says_so_where_nothing_is_found(self, client: Client) -> None:
        assert "No message of “zzz”" in client.get("/console/contracts", {"q": "zzz"}).text


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

    def test_is_left_alone_while_nothing_happens(self, client: Client) -> None:
        """Who reads a message in it would have it closed each second."""
        seen = client.get("/console/orders/o-1").context["fingerprint"]
        again = client.get("/console/orders/o-1", {"seen": seen})
        assert (again.status_code, again.content) == (204, b"")
        with unit_of_work("ordering") as work:
            work.append(
                AuthorisePayment(
                    order_id="o-1", amount_minor=1450, currency="USD", payment_token="tok_ok"
                )
            )
        assert "Authorise payment" in client.get("/console/orders/o-1", {"seen": seen}).text

    def test_says_that_there_is_no_such_order(self, client: Client) -> None:
        response = client.get("/console/orders/none")
        assert response.status_code == 404
        assert "No such order" in response.text


class TestStock:
    def test_can_be_narrowed_by_sku(self, client: Client) -> None:
        page = client.get("/console/stock", {"q": "mug"}).text
        assert "MUG" in page
        assert "LAMP" not in page
