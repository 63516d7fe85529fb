"""A module moves out and comes back while customers order: nobody is let down, nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.extraction.conftest import KINDS
from tests.extraction.front import Front
from tests.extraction.live import live
from tests.extraction.logs import check_all_alike, check_order_per_key
from tests.extraction.shoppers import Shoppers

#: What two busy cores bear beside everything else that runs here.
A_SECOND = 3
#: What is tried where not all is.
SHARE = {("payments", "sqlite"), ("inventory", "postgresql")}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("module", ["payments", "inventory"])
def test_nobody_is_let_down_and_nothing_is_lost(
    module: str, kind: str, tmp_path: Path, every: bool
) -> None:
    if not every and (module, kind) not in SHARE:
        pytest.skip("tried by `make faults-extraction`")
    with live(kind, tmp_path, module=module) as running:
        front = Front((running.url,), running.token())
        shoppers = Shoppers(front, module=module, a_second=A_SECOND)
        shoppers.wait_until_open()
        with shoppers.at_it():
            shoppers.wait_for(10)
            running.cut_over()
            shoppers.wait_for(15)
            running.move("cutover", "--rollback")
            shoppers.wait_for(10)
        shoppers.wait_until_all_have_ended()
        shoppers.check()
        check_order_per_key(*running.databases.values())
        check_all_alike(running.databases["monolith"], shoppers.orders)
