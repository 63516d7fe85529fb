"""A message that cannot be handled: seen in the console, given up for a reason, audited."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.shopping import fill_basket, place_order, wait_for
from tests.browser.test_accessibility import violations
from tests.browser.torn_message import drop_parked, open_parked


class TestSettling:
    def test_drops_a_parked_message_for_a_reason_that_is_kept(
        self, page: Page, database: Path
    ) -> None:
        fill_basket(page, "Slate cheese board")
        order_id = place_order(page)
        wait_for(page, "Your order is on its way")
        open_parked(page, database, key=order_id)
        expect(page.get_by_text("Expected `str`, got `int`").first).to_be_visible()
        expect(page.get_by_role("link", name=re.compile(f"{order_id} is an order"))).to_be_visible()
        behind = page.get_by_role("table", name="Messages that wait behind it")
        expect(behind.get_by_text("Waiting")).to_have_count(1)

        page.get_by_role("link", name="Drop…").click()
        page.get_by_role("button", name="Drop the message").click()
        expect(page.get_by_role("alert")).to_contain_text("Say why")
        drop_parked(page, reason="torn in the test, ticket 812")
        line = page.get_by_role("row").nth(1)
        expect(line).to_contain_text("messages.drop")
        expect(line).to_contain_text("torn in the test, ticket 812")
        # The page refreshes itself: what waited behind the message goes, as one can watch.
        page.goto("/console/messages")
        waiting = page.get_by_role("link", name="of payments wait behind another")
        expect(waiting).to_have_count(0, timeout=20_000)
        page.goto("/console/messages/set-aside")
        expect(page.get_by_role("heading", name="Nothing is set aside")).to_be_visible()

    def test_is_possible_without_script_and_accessible(
        self, new_page: NewPage, database: Path
    ) -> None:
        page = new_page(bypass_csp=True, reduced_motion="reduce", color_scheme="dark")
        open_parked(page, database, key="torn-order")
        url = page.url
        found = violations(page)
        for path in (f"{url}/drop", f"{url}/retry", "/console/messages/set-aside"):
            page.goto(path)
            found += violations(page)
        page.goto("/console/messages")
        found += violations(page)
        assert not found, "\n".join(found)

        plain = new_page(java_script_enabled=False)
        plain.goto(f"{url}/retry")
        plain.get_by_role("button", name="Try again").click()
        expect(plain.get_by_role("status")).to_contain_text("tried again now")
        plain.goto(f"{url}/drop")
        drop_parked(plain, reason="a test")
        expect(plain.get_by_role("row").nth(2)).to_contain_text("messages.retry")
