"""The pictures in the documentation, taken of the running system (`make screenshots`)."""

import os
from pathlib import Path

from tests.browser.conftest import NewPage
from tests.browser.shopping import fill_basket, place_order, wait_for
from tests.browser.system import ROOT
from tests.browser.torn_message import drop_parked, open_parked


def test_pictures_of_shop_and_console_can_be_taken(
    new_page: NewPage, database: Path, tmp_path: Path
) -> None:
    kept = os.environ.get("QUARRY_SCREENSHOTS") == "1"
    folder = ROOT / "docs" / "images" if kept else tmp_path
    page = new_page(color_scheme="light", reduced_motion="reduce", locale="en-GB")
    page.goto("/")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / "shop.png")
    fill_basket(page, "Slate cheese board", "Pumice stone on a cord")
    order_id = place_order(page)
    wait_for(page, "Your order is on its way")
    page.screenshot(path=folder / "order.png")
    page.goto("/console/")
    page.screenshot(path=folder / "console-map.png")
    page.goto(f"/console/orders/{order_id}")
    page.screenshot(path=folder / "timeline.png")
    open_parked(page, database, key=order_id)
    page.screenshot(path=folder / "messages.png")
    page.get_by_role("link", name="Drop…").click()
    drop_parked(page, reason="taken for the documentation")
    taken = sorted(path.name for path in folder.glob("*.png"))
    expected = {"shop.png", "order.png", "console-map.png", "timeline.png", "messages.png"}
    assert expected <= set(taken)
