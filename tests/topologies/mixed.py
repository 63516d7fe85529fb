"""A monolith out of which some modules have moved: where each is, placements say, as moves do."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.conf import settings

from modules.kernel.interfaces.tokens import make_keys
from modules.kernel.placements import State, place, without_credentials
from modules.kernel.topologies import Part, Plan
from tests.faults.processes import run_to_end
from tests.services.own_brokers import free_port
from tests.topologies.cluster import TESTS, Cluster, running_cluster
from tests.topologies.plugin import asked_from_here

MONOLITH = "front"
_EPOCH = 1
_SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings.test", "QUARRY_MODULES_MOVE": "true"}


def mixed_plan(
    folder: Path, elsewhere: Collection[str], *, broker_url: str, url_of: Callable[[str], str]
) -> Plan:
    """This plans a process for the monolith, which has all modules, and one for each that moved."""
    modules: list[str] = settings.QUARRY_ALL_MODULES
    for name in (*modules, TESTS):
        make_keys(folder / "keys", name)
    port_of = {name: free_port() for name in (MONOLITH, *sorted(elsewhere))}
    shared = {
        **_SETTINGS,
        "QUARRY_INTERNAL_KEYS": str(folder / "keys"),
        "QUARRY_BROKER_URL": broker_url,
        "QUARRY_BROKER_PREFIX": f"m{folder.name[-20:]}{os.getpid()}".replace("_", "-"),
    }

    def part(name: str) -> Part:
        here = [one for one in modules if one not in elsewhere]
        told = {
            **shared,
            "QUARRY_DEPLOYABLE": name,
            "QUARRY_VAR": str(folder / name),
            "DATABASE_URL": url_of(name),
        }
        if name != MONOLITH:
            here = [name]
            told |= {"QUARRY_MODULES": name, "QUARRY_AWAITED_MODULES": name}
            told |= {
                f"QUARRY_MODULES_{one.upper()}": (
                    f"http://127.0.0.1:{port_of.get(one, port_of[MONOLITH])}"
                )
                for one in modules
                if one != name
            }
        return Part(name=name, modules=tuple(here), port=port_of[name], environment=told)

    return Plan(parts=tuple(part(name) for name in port_of), together={})


@contextmanager
def running_mixed(planned: Plan, folder: Path) -> Iterator[Cluster]:
    """This runs such a plan inside the block, with modules placed where it has them."""
    monolith, *services = planned.parts
    broker_url = without_credentials(monolith.environment["QUARRY_BROKER_URL"])
    for one in planned.parts:
        (folder / one.name).mkdir(exist_ok=True)
        migrate = ("manage.py", "migrate", "--verbosity=0")
        run_to_end(migrate, one.environment, folder / f"{one.name}.migrated")
    with asked_from_here(planned, folder):
        for one in services:
            placed = partial(place, one.name, epoch=_EPOCH, broker_url=broker_url)
            placed(state=State.ELSEWHERE, url=one.url, using="default")
            placed(state=State.HERE, using=f"of_{one.name}")
        with running_cluster(planned, folder) as cluster:
            yield cluster
