"""Buying something: what happens to the order is seen as it happens, in shop and console."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.shopping import (
    fill_basket,
    fill_in_checkout,
    log_in,
    log_out,
    make_account,
    place_order,
    wait_for,
)

FULFILLED = "Your order is on its way"
#: Without timers the page cannot ask by itself: neither its own, nor htmx's each ten seconds.
ONLY_EVENTS = """
    window.setInterval = () => 0;
    const later = window.setTimeout;
    window.setTimeout = (what, ms, ...more) => (ms >= 5000 ? 0 : later(what, ms, ...more));
"""
#: Each operation fails twice: the order is still moving when its page has been loaded, however
#: fast the machine; of one that has come to its end there are no events to follow.
SLOW = "Flaky"
PASSWORD = "slate-and-pumice-7"
FAILED = "We could not complete your order"


class TestBuying:
    def test_shows_the_order_become_fulfilled_without_reloading(self, page: Page) -> None:
        fill_basket(page, "Slate cheese board", "Pumice stone on a cord")
        place_order(page, card=SLOW)
        expect(page.get_by_role("heading", name=FULFILLED)).not_to_be_visible()
        page.evaluate("window.sinceTheOrderWasPlaced = true")
        wait_for(page, FULFILLED)
        assert page.evaluate("window.sinceTheOrderWasPlaced")
        expect(page.locator("#order-status")).to_contain_text(FULFILLED)
        expect(page.locator(".step-done")).to_have_count(5)

    def test_follows_the_events_of_the_order_to_their_end(self, page: Page) -> None:
        answers: list[tuple[int, str]] = []
        page.on(
            "response",
            lambda response: (
                answers.append((response.status, response.headers.get("content-type", "")))
                if response.url.endswith("/events")
                else None
            ),
        )
        fill_basket(page, "Slate cheese board")
        with page.expect_response(
            lambda response: response.url.endswith("/events") and response.status == 204
        ):
            place_order(page, card=SLOW)
        wait_for(page, FULFILLED)
        assert answers[0][1].startswith("text/event-stream")
        assert [status for status, _ in answers].count(204) == 1

    def test_stops_asking_once_the_order_is_final(self, page: Page) -> None:
        fill_basket(page, "Slate cheese board")
        place_order(page)
        wait_for(page, FULFILLED)
        expect(page.locator("[hx-trigger]")).to_have_count(0)

    def test_is_seen_in_the_console_with_its_messages(self, page: Page) -> None:
        fill_basket(page, "Slate cheese board")
        order_id = place_order(page)
        wait_for(page, FULFILLED)
        page.goto("/console/orders")
        page.get_by_role("link", name=order_id).click()
        titles = page.locator(".exchange-title").all_text_contents()
        expected = ["Order placed", "Authorise payment", "Payment captured", "Order fulfilled"]
        assert [title for title in titles if title in expected] == expected
        page.get_by_text("Authorise payment").click()
        expect(page.get_by_label("Data of Authorise payment")).to_contain_text('"amount_minor": 39')

    def test_says_what_a_declined_card_means(self, page: Page) -> None:
        fill_basket(page, "Slate cheese board")
        place_order(page, card="Declined")
        wait_for(page, FAILED)
        expect(page.get_by_text("Your bank declined the payment.").last).to_be_visible()
        expect(page.get_by_text("You have not been charged.")).to_be_visible()
        expect(page.locator(".step-failed")).to_contain_text("Paid")

    def test_undoes_an_order_that_no_carrier_delivers(self, page: Page) -> None:
        fill_basket(page, "Slate cheese board")
        place_order(page, postal_code="00000")
        wait_for(page, FAILED)
        expect(page.locator(".step-failed")).to_contain_text("Shipped")
        expect(page.get_by_text("You have not been charged.")).to_be_visible()

    def test_orders_once_when_the_button_is_clicked_twice(self, page: Page) -> None:
        fill_basket(page, "Slate cheese board")
        fill_in_checkout(page)
        page.get_by_role("button", name="Place order").dblclick()
        wait_for(page, FULFILLED)
        page.goto("/shop/orders")
        expect(page.locator("tbody tr")).to_have_count(1)


class TestSomebodyWithAnAccount:
    def test_logs_in_buys_and_sees_the_order_move_by_its_events(self, new_page: NewPage) -> None:
        page = new_page()
        make_account(page, "maria", PASSWORD)
        log_out(page)
        page.add_init_script(ONLY_EVENTS)
        page.goto("/account/login")
        log_in(page, "maria", PASSWORD)
        fill_basket(page, "Slate cheese board")
        with page.expect_response(lambda response: response.url.endswith("/events")) as followed:
            order_id = place_order(page, card=SLOW)
        assert followed.value.headers["content-type"].startswith("text/event-stream")
        wait_for(page, FULFILLED)
        expect(page.locator(".step-done")).to_have_count(5)
        page.goto("/shop/orders")
        expect(page.locator("tbody tr")).to_have_count(1)
        stranger = new_page()
        answer = stranger.goto(f"/shop/orders/{order_id}")
        assert answer is not None
        assert answer.status == 404

    def test_is_told_that_a_password_is_wrong(self, page: Page) -> None:
        make_account(page, "hanna", PASSWORD)
        log_out(page)
        page.goto("/account/login")
        page.get_by_label("Username").fill("hanna")
        page.get_by_label("Password", exact=True).fill("another-one-42")
        page.get_by_role("main").get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_contain_text("correct username and password")


class TestSearch:
    def test_narrows_the_shelves_while_typing(self, page: Page) -> None:
        page.goto("/")
        page.get_by_role("searchbox").press_sequentially("pumice")
        expect(page.locator(".offer")).to_have_count(1)
        expect(page).to_have_url(re.compile("q=pumice"))
        expect(page.get_by_role("searchbox")).to_be_focused()


class TestKeyboard:
    def test_is_enough_to_buy_something(self, page: Page) -> None:
        page.goto("/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
        page.keyboard.press("Enter")
        tab_to(page, "Slate cheese board")
        page.keyboard.press("Enter")
        page.wait_for_url("**/shop/products/*")
        tab_to(page, "Add to basket")
        page.keyboard.press("Enter")
        page.wait_for_url("**/shop/basket")
        tab_to(page, "Go to checkout")
        page.keyboard.press("Enter")
        page.wait_for_url("**/shop/checkout")
        for label, text in (
            ("Full name", "Maria Anders"),
            ("Street and number", "Obere Str. 57"),
            ("City", "Berlin"),
            ("Country", "Germany"),
        ):
            tab_to(page, label)
            page.keyboard.type(text)
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("radio", name="Declined")).to_be_checked()
        tab_to(page, "Place order")
        page.keyboard.press("Enter")
        wait_for(page, FAILED)


def tab_to(page: Page, name: str) -> None:
    """This presses Tab until what has the focus is called so, and is seen to have it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        words, outlined = page.evaluate(
            """() => {
                const focused = document.activeElement;
                const label = focused.labels?.[0] ?? focused;
                const outline = element => getComputedStyle(element).outlineStyle !== "none";
                const shown = outline(focused) || outline(focused.parentElement)
                    || getComputedStyle(focused, "::after").outlineStyle !== "none";
                return [label.textContent.trim(), shown];
            }"""
        )
        if words.startswith(name):
            assert outlined, f"{name} has the focus and does not show it"
            return
    raise AssertionError(f"{name} cannot be reached by Tab")
