"""The last release and the next one run side by side while a module moves out and comes back.

The next release's contracts have a field more, where the registry's rules allow it; its code is a
copy of this repository. A process of each serves customers; the service is of the last release, and
rolled to the next before the module comes back.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.architecture.planting import copy_of_the_repository, run
from tests.extraction.conftest import KINDS
from tests.extraction.front import Front
from tests.extraction.live import Live, Role, live
from tests.extraction.logs import check_all_alike, check_order_per_key, data_of
from tests.extraction.shoppers import Shoppers
from tests.services.own_brokers import free_port

NEXT = "next"
#: What is added in the next release: the file, after which line, and what.
ADDED = {
    "modules/payments/contracts/events.py": (
        "class PaymentCaptured:\n    order_id: str\n    amount_minor: int\n    currency: str\n",
        "reference",
    ),
    "modules/inventory/contracts/events.py": ("class StockReserved:\n    order_id: str\n", "shelf"),
}
SENT = {"payments.payment_captured": "reference", "inventory.stock_reserved": "shelf"}

_A_SECOND = 2


@pytest.fixture(scope="module")
def next_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This is the code of the next release, whose contracts the registry lets pass."""
    root = copy_of_the_repository(tmp_path_factory.mktemp("next"))
    for command in (["init"], ["add", "modules"], ["commit", "--message", "The last release"]):
        _git(root, *command)
    for path, (line, field) in ADDED.items():
        text = (root / path).read_text()
        assert line in text, path
        added = f'{line}    {field}: str = "{NEXT}"\n'
        (root / path).write_text(text.replace(line, added, 1))
    for command in (["generate"], ["check", "--against", "HEAD"]):
        done = run(root, "manage.py", "contracts", *command)
        assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_notices(kind: str, next_release: Path, tmp_path: Path, every: bool) -> None:
    if not every and kind == "sqlite":
        pytest.skip("tried by `make faults-extraction`")
    with live(kind, tmp_path) as running:
        rolled = Role(deployable="monolith", port=free_port(), code=next_release)
        # Patient: a server is taken away from the customers in between, as in any roll.
        front = Front((running.url, rolled.url), running.token(), patient=True)
        shoppers = Shoppers(front, module=running.module, a_second=_A_SECOND)
        running.roles["rolled"] = rolled
        running.run("rolled")
        running.wait_until_it_runs("rolled")
        shoppers.wait_until_open()
        with shoppers.at_it():
            shoppers.wait_for(5)
            running.cut_over()
            shoppers.wait_for(5)
            _roll(running, "service", next_release)
            shoppers.wait_for(5)
            running.move("cutover", "--rollback")
            shoppers.wait_for(5)
            running.kill("monolith")
            shoppers.wait_for(4)
        shoppers.wait_until_all_have_ended()
        shoppers.check()
        check_order_per_key(*running.databases.values())
        monolith = running.databases["monolith"]
        check_all_alike(monolith, shoppers.orders)
        for name, field in SENT.items():
            said = {json.loads(one).get(field) for one in data_of(monolith, name)}
            assert said == {None, NEXT}, f"{name} was sent by one release only"


def _roll(running: Live, name: str, code: Path) -> None:
    """This replaces a process by one of other code."""
    running.kill(name)
    running.roles[name] = replace(running.roles[name], code=code)
    running.run(name)
    running.wait_until_it_runs(name)


def _git(root: Path, *command: str) -> None:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *who, *command], cwd=root, check=True, capture_output=True)
