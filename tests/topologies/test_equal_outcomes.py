"""The same workload comes out the same, wherever the modules run and whatever carries messages."""

import json
from pathlib import Path

import pytest

from tests.journeys.conftest import Shop
from tests.topologies.workload import play

SEED = 20261125
ORDERS = 24


@pytest.mark.timeout(600)
def test_a_workload_comes_out_as_in_every_other_topology(
    shop: Shop, outcomes: Path, topology: str, pytestconfig: pytest.Config
) -> None:
    outcome = json.loads(json.dumps(play(shop, seed=SEED, count=ORDERS)))
    statuses = [order["status"] for order in outcome["orders"]]
    assert {"fulfilled", "failed", "cancelled", "returned"} <= set(statuses), statuses
    assert len(outcome["messages"]) > ORDERS
    broker = f"-{pytestconfig.getoption('--broker')}" if topology == "processes" else ""
    (outcomes / f"{topology}{broker}.json").write_text(json.dumps(outcome, indent=2))
    for other in sorted(outcomes.glob("*.json")):
        assert json.loads(other.read_text()) == outcome, f"{other.name} came out otherwise"
