"""Some modules have moved and others have not, by a seed: all comes out as where none has."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from modules.kernel.http.testing import bearer
from tests.extraction.conftest import KINDS
from tests.journeys.conftest import Shop
from tests.services.postgres import running_postgres
from tests.services.rule import ServiceMissing, missing
from tests.topologies.databases import databases_of
from tests.topologies.front_client import FrontClient
from tests.topologies.mixed import mixed_plan, running_mixed
from tests.topologies.plugin import System, broker
from tests.topologies.workload import play

MODULES = ("payments", "inventory", "shipping", "notifications")
ORDERS = 12
SEEDS = range(1, 9)
#: What is tried where not all is.
SHARE = {("sqlite", 1), ("postgresql", 2)}


def elsewhere(seed: int) -> list[str]:
    """This gives the modules that have moved; at least one."""
    random = Random(seed)
    moved = [module for module in MODULES if random.random() < 0.5]
    return moved or [random.choice(MODULES)]


def test_seeds_place_them_in_many_ways() -> None:
    assert len({tuple(elsewhere(seed)) for seed in SEEDS}) >= 5


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_ends_as_where_all_are_in_one_process(
    seed: int, kind: str, tmp_path: Path, django_db_blocker: DjangoDbBlocker, every: bool
) -> None:
    if not every and (kind, seed) not in SHARE:
        pytest.skip("tried by `make faults-extraction`")
    with django_db_blocker.unblock():
        together, apart = (
            _played(tmp_path / name, kind, modules, seed=seed)
            for name, modules in (("together", []), ("apart", elsewhere(seed)))
        )
    assert {order["status"] for order in together["orders"]} >= {"fulfilled"}
    assert apart == together, elsewhere(seed)


def _played(folder: Path, kind: str, moved: Collection[str], *, seed: int) -> dict[str, Any]:
    """This gives what came of the seed's workload: orders, stock, messages by key in order."""
    folder.mkdir()
    with ExitStack() as until:
        try:
            broker_url = until.enter_context(broker("rabbitmq"))
            server = running_postgres() if kind == "postgresql" else ""
        except ServiceMissing as error:
            missing(str(error))
        url_of = until.enter_context(databases_of(folder, server=server))
        planned = mixed_plan(folder, moved, broker_url=broker_url, url_of=url_of)
        cluster = until.enter_context(running_mixed(planned, folder))
        client = FrontClient(cluster.url, headers=bearer())
        until.callback(client.close)
        shop = Shop(System(client=client, drain=cluster.drain))
        outcome: dict[str, Any] = json.loads(json.dumps(play(shop, seed=seed, count=ORDERS)))
        return outcome
