"""A saga that is stuck: seen in the console, and resolved there in both ways."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.shopping import fill_basket, place_order, wait_for
from tests.browser.stuck_saga import SAGA, open_stuck
from tests.browser.test_accessibility import violations


def fulfilled_order(page: Page) -> str:
    fill_basket(page, "Slate cheese board")
    order_id = place_order(page)
    wait_for(page, "Your order is on its way")
    return order_id


def expect_end(page: Page, order_id: str) -> None:
    """This waits until the saga has ended, looking again as an operator would."""
    for _ in range(40):
        page.goto(f"/console/sagas/{SAGA}/{order_id}")
        if page.get_by_role("heading").locator("..").get_by_text("Completed").count():
            return
        page.wait_for_load_state("networkidle")
    raise AssertionError(f"{SAGA} {order_id} does not end")


class TestAStuckSaga:
    def test_ends_when_its_step_is_asked_for_again(self, page: Page, database: Path) -> None:
        order_id = fulfilled_order(page)
        open_stuck(page, database, order_id=order_id)
        page.get_by_role("link", name="Ask for dispatch again…").click()
        page.get_by_role("button", name="Ask again").click()
        expect(page.get_by_role("status")).to_contain_text("Dispatch is asked for again")
        expect_end(page, order_id)

    def test_ends_when_its_step_is_settled_for_a_reason_that_is_kept(
        self, new_page: NewPage, database: Path
    ) -> None:
        page = new_page(bypass_csp=True, reduced_motion="reduce")
        order_id = fulfilled_order(page)
        open_stuck(page, database, order_id=order_id)
        found = violations(page)
        url = page.url
        page.goto(f"{url}/steps/dispatch/retry")
        found += violations(page)
        page.goto(f"{url}/steps/dispatch/settle")
        page.get_by_role("button", name="Settle the step").click()
        expect(page.get_by_role("alert")).to_contain_text("Say why")
        found += violations(page)
        assert not found, "\n".join(found)

        plain = new_page(java_script_enabled=False)
        plain.goto(f"{url}/steps/dispatch/settle")
        plain.get_by_label("Reason").fill("the carrier has it, by telephone, ticket 813")
        plain.get_by_role("button", name="Settle the step").click()
        expect(plain.get_by_role("status")).to_contain_text("Dispatch is settled")
        expect_end(plain, order_id)
        plain.goto("/console/messages/actions")
        line = plain.get_by_role("row").nth(1)
        expect(line).to_contain_text("sagas.settle")
        expect(line).to_contain_text("ticket 813")
