import pytest
from django.test import Client

from modules.gateway.tests.doubles import InventoryDouble, OrderingDouble
from modules.kernel.contracts import Forbidden, Problem, Unavailable
from modules.ordering.contracts import OrderNotCancellable, OrderPayment

pytestmark = pytest.mark.django_db

ADDRESS = {
    "name": "Maria Anders",
    "line1": "Obere Str. 57",
    "postal_code": "",
    "city": "Berlin",
    "region": "",
    "country": "Germany",
    "payment_token": "tok_ok",
}


def put_mugs_in_basket(client: Client, *, quantity: int = 2) -> None:
    client.post("/shop/basket/lines", {"sku": "MUG", "quantity": quantity, "add": "on"})


def filled_in_form(client: Client) -> dict[str, str]:
    form = client.get("/shop/checkout").context["form"]
    return {**ADDRESS, "basket_id": form["basket_id"].value()}


class TestBrowsing:
    def test_shows_what_is_sold_with_its_price_and_stock(
        self, client: Client, ordering: OrderingDouble
    ) -> None:
        page = client.get("/").text
        assert "Stone mug" in page
        assert "$14.50" in page
        assert "Only 3 left" in page

    def test_narrows_by_category(self, client: Client, ordering: OrderingDouble) -> None:
        page = client.get("/", {"category": "Kitchen"}).text
        assert "Stone mug" in page
        assert "Slate lamp" not in page

    def test_answers_a_search_with_the_results_alone(
        self, client: Client, ordering: OrderingDouble
    ) -> None:
        page = client.get(
            "/", {"q": "lamp"}, headers={"HX-Request": "true", "HX-Target": "results"}
        ).text
        assert "Slate lamp" in page
        assert "Stone mug" not in page
        assert "<html" not in page

    def test_sells_on_while_nobody_knows_the_stock(
        self,
        client: Client,
        ordering: OrderingDouble,
        inventory: InventoryDouble,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def silent(**_: object) -> None:
            raise Unavailable("inventory does not answer")

        monkeypatch.setattr(inventory, "levels", silent)
        assert "Ask at checkout" in client.get("/shop/products/MUG").text

    def test_leads_back_from_a_product_that_is_not_sold(
        self, client: Client, ordering: OrderingDouble
    ) -> None:
        response = client.get("/shop/products/GONE")
        assert response.status_code == 404
        assert "No such product" in response.text

    def test_leaves_no_session_behind_for_who_only_looks(
        self, client: Client, ordering: OrderingDouble
    ) -> None:
        client.get("/")
        assert "sessionid" not in client.cookies


class TestBasket:
    def test_adds_to_what_is_there(self, client: Client, ordering: OrderingDouble) -> None:
        put_mugs_in_basket(client, quantity=2)
        put_mugs_in_basket(client, quantity=3)
        assert "$72.50" in client.get("/shop/basket").text

    def test_takes_a_line_out_at_zero(self, client: Client, ordering: OrderingDouble) -> None:
        put_mugs_in_basket(client)
        client.post("/shop/basket/lines", {"sku": "MUG", "quantity": 0})
        assert "Your basket is empty" in client.get("/shop/basket").text

    def test_refuses_a_negative_quantity(self, client: Client, ordering: OrderingDouble) -> None:
        response = client.post("/shop/basket/lines", {"sku": "MUG", "quantity": -1}, follow=True)
        assert "between 0 and 999" in response.text
        assert ordering.baskets == {}


class TestCheckout:
    def test_leads_to_the_page_of_the_order(self, client: Client, ordering: OrderingDouble) -> None:
        put_mugs_in_basket(client)
        response = client.post("/shop/checkout", filled_in_form(client))
        assert response.headers["Location"] == "/shop/orders/order-1"

    def test_orders_once_when_the_form_is_sent_twice(
        self, client: Client, ordering: OrderingDouble
    ) -> None:
        put_mugs_in_basket(client)
        form = filled_in_form(client)
        first = client.post("/shop/checkout", form)
        second = client.post("/shop/checkout", form)
        assert second.headers["Location"] == first.headers["Location"]
        assert len(ordering.placed) == 1

    def test_takes_no_earlier_order_for_the_one_of_a_basket_that_was_emptied(
        self, client: Client, ordering: OrderingDouble
    ) -> None:
        put_mugs_in_basket(client)
        client.post("/shop/checkout", filled_in_form(client))
        put_mugs_in_basket(client)
        form = filled_in_form(client)
        client.post("/shop/basket/lines", {"sku": "MUG", "quantity": 0})  # In another tab.
        answer = client.post("/shop/checkout", form)
        assert answer.headers["Location"] == "/shop/basket"
        assert len(ordering.placed) == 1

    @pytest.mark.parametrize(
        ("problem", "status", "next_step"),
        [
            (
                Unavailable("ordering does not answer"),
                503,
                "Go back in a moment, and send it again",
            ),
            (Forbidden("you have logged out in another tab"), 403, "Browse products"),
        ],
    )
    def test_shows_a_page_where_it_cannot_be(
        self,
        client: Client,
        ordering: OrderingDouble,
        monkeypatch: pytest.MonkeyPatch,
        problem: Problem,
        status: int,
        next_step: str,
    ) -> None:
        def refuse(**_: object) -> None:
            raise problem

        put_mugs_in_basket(client)
        form = filled_in_form(client)
        monkeypatch.setattr(ordering, "check_out_basket", refuse)
        answer = client.post("/shop/checkout", form)
        assert answer.status_code == status
        assert next_step in answer.text
        assert problem.detail[1:] in answer.text

    def test_does_not_order_a_new_basket_with_an_old_form(
        self, client: Client, ordering: OrderingDouble
    ) -> None:
        put_mugs_in_basket(client)
        old_form = filled_in_form(client)
        client.post("/shop/checkout", old_form)
        put_mugs_in_basket(client, quantity=9)
        client.post("/shop/checkout", old_form)
        assert len(ordering.placed) == 1
        assert "$130.50" in client.get("/shop/basket").text

    def test_says_which_field_is_missing(self, client: Client, ordering: OrderingDouble) -> None:
        put_mugs_in_basket(client)
        response = client.post("/shop/checkout", {**filled_in_form(client), "city": ""})
        assert response.status_code == 422
        assert 'id="id_city_error"' in response.text
        assert 'aria-invalid="true"' in response.text
        assert ordering.placed == {}

    def test_needs_something_in_the_basket(self, client: Client, ordering: OrderingDouble) -> None:
        assert client.get("/shop/checkout").headers["Location"] == "/shop/basket"
        response = client.post("/shop/checkout", {**ADDRESS, "basket_id": "none"})
        assert response.headers["Location"] == "/shop/basket"


class TestOrderPage:
    @pytest.fixture
    def order_id(self, client: Client, ordering: OrderingDouble) -> str:
        put_mugs_in_basket(client)
        client.post("/shop/checkout", filled_in_form(client))
        return "order-1"

    def test_asks_again_until_nothing_can_change(
        self, client: Client, ordering: OrderingDouble, order_id: str
    ) -> None:
        assert "hx-trigger" in client.get(f"/shop/orders/{order_id}").text
        ordering.move(order_id, status="fulfilled")
        assert "hx-trigger" not in client.get(f"/shop/orders/{order_id}").text

    def test_answers_nothing_while_nothing_has_changed(
        self, client: Client, ordering: OrderingDouble, order_id: str
    ) -> None:
        shown = client.get(f"/shop/orders/{order_id}").context["progress"].fingerprint
        address = f"/shop/orders/{order_id}/progress?seen={shown}"
        assert client.get(address).status_code == 204
        ordering.move(order_id, status="fulfilled")
        response = client.get(address)
        assert response.status_code == 200
        assert "on its way" in response.text

    def test_is_nobody_elses_business(self, ordering: OrderingDouble, order_id: str) -> None:
        stranger = Client()
        for page in ("", "/progress"):
            assert stranger.get(f"/shop/orders/{order_id}{page}").status_code == 404
        assert stranger.post(f"/shop/orders/{order_id}/cancel").status_code == 404
        assert ordering.placed[order_id].status == "pending"

    def test_is_listed_among_the_visitors_orders(
        self, client: Client, ordering: OrderingDouble, order_id: str
    ) -> None:
        assert order_id in client.get("/shop/orders").text
        assert order_id not in Client().get("/shop/orders").text

    def test_cancels_while_that_is_possible(
        self, client: Client, ordering: OrderingDouble, order_id: str
    ) -> None:
        response = client.post(f"/shop/orders/{order_id}/cancel", follow=True)
        assert "Your order is cancelled" in response.text

    def test_says_when_it_is_too_late_to_cancel(
        self, client: Client, ordering: OrderingDouble, order_id: str
    ) -> None:
        paid = OrderPayment(status="captured", captured_minor=2900, refunded_minor=0)
        ordering.move(order_id, status="confirmed", payment=paid)
        response = client.post(f"/shop/orders/{order_id}/cancel", follow=True)
        assert "too late to cancel" in response.text
        assert ordering.placed[order_id].status == "confirmed"

    def test_cancels_once_when_it_is_asked_twice(
        self, client: Client, ordering: OrderingDouble, order_id: str
    ) -> None:
        client.post(f"/shop/orders/{order_id}/cancel")
        response = client.post(f"/shop/orders/{order_id}/cancel", follow=True)
        assert "too late" not in response.text
        assert "notice-bad" not in response.text
        assert ordering.placed[order_id].status == "cancelled"

    def test_says_of_an_order_that_is_being_undone_that_it_is(
        self,
        client: Client,
        ordering: OrderingDouble,
        order_id: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def refuse(*, order_id: str) -> None:
            raise OrderNotCancellable("undone", order_id=order_id, order_status="pending")

        monkeypatch.setattr(ordering, "cancel_order", refuse)
        response = client.post(f"/shop/orders/{order_id}/cancel", follow=True)
        assert "being undone already" in response.text

    def test_takes_goods_back_that_have_left(
        self, client: Client, ordering: OrderingDouble, order_id: str
    ) -> None:
        ordering.move(order_id, status="fulfilled")
        assert "Send it back" in client.get(f"/shop/orders/{order_id}").text
        response = client.post(f"/shop/orders/{order_id}/return", follow=True)
        assert "We have your goods back" in response.text
        assert "hx-trigger" in response.text, "the refund is still to come"
        ordering.move(order_id, status="returned")
        response = client.get(f"/shop/orders/{order_id}")
        assert "You have sent your order back" in response.text
        assert "Send it back" not in response.text

    def test_says_when_there_is_nothing_to_send_back(self, client: Client, order_id: str) -> None:
        response = client.post(f"/shop/orders/{order_id}/return", follow=True)
        assert "There is nothing to send back" in response.text


class TestPages:
    def test_that_cannot_be_now_can_be_asked_for_again(
        self, client: Client, ordering: OrderingDouble, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(**_: object) -> None:
            raise Unavailable("ordering does not answer")

        put_mugs_in_basket(client)
        monkeypatch.setattr(ordering, "orders", refuse)
        answer = client.get("/shop/orders", {"cursor": "x"})
        assert answer.status_code == 503
        assert 'href="/shop/orders?cursor=x">Try again' in answer.text

    @pytest.mark.parametrize("path", ["/shop/basket", "/shop/checkout"])
    def test_of_what_is_somebodys_own_are_kept_by_nobody(
        self, client: Client, ordering: OrderingDouble, path: str
    ) -> None:
        put_mugs_in_basket(client)
        assert "no-store" in client.get(path).headers["Cache-Control"]

    def test_that_there_are_not_lead_people_back_and_tell_programs(
        self, client: Client, ordering: OrderingDouble
    ) -> None:
        browsers = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
        page = client.get("/shop/nowhere", headers={"Accept": browsers})
        assert page.status_code == 404
        assert "There is no such page" in page.text
        told = client.get("/api/v1/nowhere")
        assert (told.status_code, told.json()["code"]) == (404, "not-found")
        assert told.headers["Content-Type"] == "application/problem+json"
