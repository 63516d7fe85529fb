"""No page has a violation of WCAG 2.2 AA that axe can see, in light, in dark, or narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Page

from tests.browser.conftest import NewPage
from tests.browser.shopping import fill_basket, fill_in_checkout, place_order, wait_for

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page: Page) -> list[str]:
    """What axe finds on the page: its rule and the element."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{page.url}: {violation['id']} at {node['html'][:160]} {node.get('failureSummary', '')}"
        for violation in found
        for node in violation["nodes"]
    ]


# Colours are what a scheme changes and places what a width does: two runs see all four.
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page_is_accessible(new_page: NewPage, scheme: str, width: int) -> None:
    # axe is put into the page as a script, which the content policy would refuse.
    page = new_page(
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        bypass_csp=True,
        reduced_motion="reduce",
    )
    found = []
    for path in ("/", "/?q=nothing+like+it", "/shop/orders", "/shop/basket", "/shop/orders/none"):
        page.goto(path)
        found += violations(page)
    fill_basket(page, "Slate cheese board")
    found += violations(page)
    page.goto("/shop/products/QRY-SLATE-BOARD")
    found += violations(page)
    page.goto("/shop/checkout")
    page.get_by_role("button", name="Place order").click()
    found += violations(page)
    fill_in_checkout(page)
    found += violations(page)
    order_id = place_order(page, card="Declined")
    wait_for(page, "We could not complete your order")
    found += violations(page)
    for path in (
        *("", "orders", f"orders/{order_id}", "orders/none", "stock", "calls", "moves"),
        *("contracts", "contracts?q=payment_captured", "contracts?q=none"),
        *("sagas", f"sagas/ordering.checkout/{order_id}", "sagas/ordering.checkout/none"),
        *("messages", "messages/set-aside", "messages/set-aside?key=none", "messages/actions"),
        "messages/set-aside/payments/default/0",
    ):
        page.goto(f"/console/{path}")
        if path == f"orders/{order_id}":
            page.get_by_text("Authorise payment").click()
        if path == "contracts?q=payment_captured":
            page.get_by_text("payments.payment_captured").click()
        found += violations(page)
    assert not found, "\n".join(found)
