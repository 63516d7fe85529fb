"""`make run TOPOLOGY=processes`: a person orders at the front, and all modules take part."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from modules.kernel.http.testing import bearer
from modules.kernel.identity import Issuing, issuing
from tests.project.serving import serving
from tests.project.test_fresh_machine import place_order, wait_until_final
from tests.services.rule import ServiceMissing, missing
from tests.topologies.plugin import broker

ROOT = Path(__file__).resolve().parents[2]
_PROCESSES = 9


def free_ports(count: int) -> int:
    """This gives the first of so many ports in a row at which nobody listens."""
    for first in range(20_000, 30_000, count):
        with ExitStack() as until:
            try:
                for port in range(first, first + count):
                    until.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError(f"no {count} ports in a row are free")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_order_is_fulfilled(tmp_path: Path) -> None:
    port = free_ports(_PROCESSES)
    with ExitStack() as until:
        try:
            url = until.enter_context(broker("rabbitmq"))
        except ServiceMissing as error:
            missing(str(error))
        environment = {
            name: value
            for name, value in os.environ.items()
            if "MAKE" not in name and "DATABASE_URL" not in name and name != "VENV"
        }
        environment |= {"QUARRY_BROKER_URL": url, "QUARRY_VAR": str(tmp_path / "var")}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        shop = f"http://127.0.0.1:{port}"
        until.enter_context(
            serving(
                ["make", "run", "TOPOLOGY=processes", f"PORT={port}", f"VENV={sys.prefix}"],
                url=f"{shop}/api/v1/catalog/products",
                folder=ROOT,
                environment=environment,
                log=tmp_path / "log",
                within_seconds=150,
            )
        )
        # The issuer is where it is found: at the port that `make run` was given.
        own = issuing()
        who = bearer("ADA", issued_by=Issuing(own.keys, issuer=shop, audience=own.audience))
        order = wait_until_final(shop, who, place_order(shop, who, key="one"))
        assert order["status"] == "fulfilled"
