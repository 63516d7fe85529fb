"""The first promise of the README: a clean clone, one command, a shop that sells.

What is cloned is the last commit. The environment is a new one, installed from the lock, so
this also sees a module that imports what only developers have installed.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.project.serving import free_port, serving

ROOT = Path(__file__).parents[2]
#: Deadlines for a loaded machine; how long a start takes on a quiet one is said in docs.
FIRST_START_SECONDS = 240
SECOND_START_SECONDS = 60
FULFILLED_WITHIN_SECONDS = 30

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """This is a clean clone in a folder that was empty."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout, so there is nothing to clone")
    clone = tmp_path / "quarry"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    return clone


@pytest.fixture
def environment() -> dict[str, str]:
    """This is a shell that knows nothing of this run: no environment, no settings, no make."""
    ours = str(Path(sys.executable).parent)
    ignored = ("MAKE", "MFLAGS", "DJANGO", "QUARRY", "PYTEST", "PYTHON", "VENV", "VIRTUAL_ENV")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(ignored) and not name.endswith("DATABASE_URL")
    }
    path = [folder for folder in kept["PATH"].split(os.pathsep) if folder != ours]
    return kept | {"PATH": os.pathsep.join(path)}


def test_make_run_starts_a_shop_that_sells_and_starts_again_at_once(
    clone: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    shop = f"http://127.0.0.1:{port}"
    for log, within_seconds in (("first", FIRST_START_SECONDS), ("again", SECOND_START_SECONDS)):
        with serving(
            ["make", "run", f"PORT={port}"],
            url=f"{shop}/healthz",
            folder=clone,
            environment=environment,
            log=tmp_path / log,
            within_seconds=within_seconds,
        ):
            who = bearer_of(clone, environment | {"PORT": str(port)})
            order = place_order(shop, who, key=log)
            assert wait_until_final(shop, who, order)["status"] == "fulfilled"
    assert subprocess.check_output(["git", "status", "--porcelain"], cwd=clone) == b""


def bearer_of(clone: Path, environment: dict[str, str]) -> dict[str, str]:
    """This gives the header of a customer, by the command that gives out tokens on a laptop."""
    scopes = "orders:write orders:read"
    command = [".venv/bin/python", "manage.py", "token", "--subject", "ADA", "--scopes", scopes]
    token = subprocess.check_output(command, cwd=clone, env=environment, text=True)
    return {"Authorization": f"Bearer {token.strip()}"}


def place_order(shop: str, who: dict[str, str], *, key: str) -> str:
    """This buys one piece of a demo product and gives the order's id."""
    product = ask(f"{shop}/api/v1/catalog/products", headers=who)["products"][0]
    order = {
        "customer_id": "ADA",
        "currency": product["currency"],
        "lines": [{"sku": product["sku"], "quantity": 1}],
        "ship_to": {
            "name": "Ada Lovelace",
            "line1": "12 St James's Square",
            "city": "London",
            "postal_code": "SW1Y 4JH",
            "country": "GB",
        },
        "payment_token": "tok_ok",
    }
    placed = ask(f"{shop}/api/v1/orders", body=order, headers=who | {"Idempotency-Key": key})
    return str(placed["order_id"])


def wait_until_final(shop: str, who: dict[str, str], order_id: str) -> dict[str, Any]:
    """This asks for the order until it moves no more."""
    give_up_at = time.monotonic() + FULFILLED_WITHIN_SECONDS
    while True:
        order = ask(f"{shop}/api/v1/orders/{order_id}", headers=who)
        if order["status"] in ("fulfilled", "returned", "failed", "cancelled") or (
            time.monotonic() > give_up_at
        ):
            return order
        time.sleep(0.1)


def ask(url: str, *, headers: dict[str, str], body: object = None) -> dict[str, Any]:
    """This sends one request, with a JSON body if there is one, and gives the JSON answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, data=data, headers={"Content-Type": "application/json", **headers}
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        answer: dict[str, Any] = json.load(response)
        return answer
