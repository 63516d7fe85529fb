"""A monolith and a service as they run: servers with their message threads, over RabbitMQ."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import urllib3

from modules.kernel.interfaces.tokens import make_keys
from tests.faults.processes import Process, run_to_end
from tests.faults.waiting import wait_until
from tests.services.own_brokers import free_port

ROOT = Path(__file__).resolve().parents[2]
MODULE = "payments"
SKUS = ("NW-001", "NW-002", "NW-003")
ON_HAND = 100_000

_SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings.development", "QUARRY_DRIVER": "embedded"}
_ENDED = {"fulfilled", "failed", "cancelled"}
_ACCOUNTS = ("account-1", "account-2", "account-3")


class Live:
    """These are both deployables, with empty databases; the service waits for its module."""

    def __init__(self, folder: Path, *, broker: str, url_of: Callable[[str], str]) -> None:
        self._folder = folder
        self.broker = broker
        monolith, service = free_port(), free_port()
        self.url = f"http://127.0.0.1:{monolith}"
        self.service_url = f"http://127.0.0.1:{service}"
        self.service_database = url_of("service")
        keys = str(folder / "keys")
        modules = ("ordering", "payments", "inventory", "shipping", "catalog", "notifications")
        for name in (*modules, "gateway", "console"):
            make_keys(folder / "keys", name)
        common = {
            **_SETTINGS,
            "QUARRY_INTERNAL_KEYS": keys,
            "QUARRY_BROKER_PREFIX": f"live-{uuid.uuid4().hex[:8]}",
        }
        self._environments = {
            "monolith": {
                **common,
                "DATABASE_URL": url_of("monolith"),
                "QUARRY_VAR": str(folder / "monolith"),
            },
            "service": {
                **common,
                "DATABASE_URL": self.service_database,
                "QUARRY_VAR": str(folder / "service"),
                "QUARRY_MODULES": MODULE,
                "QUARRY_AWAITED_MODULES": MODULE,
                "QUARRY_DEPLOYABLE": MODULE,
                "QUARRY_BROKER_URL": broker,
                **{f"QUARRY_MODULES_{one.upper()}": self.url for one in modules if one != MODULE},
            },
        }
        self._ports = {"monolith": monolith, "service": service}
        self._processes: dict[str, Process] = {}

    def start(self) -> None:
        """This prepares both and starts them."""
        for name in self._environments:
            (self._folder / name).mkdir(exist_ok=True)
            self.manage(name, "migrate", "--verbosity=0")
        for name in self._environments:
            self.serve(name)
        for url in (self.url, self.service_url):
            wait_until(partial(_answers, url), what=f"{url} answers", seconds=60)

    def serve(self, name: str) -> None:
        """This starts one of the servers."""
        serve = ("manage.py", "runserver", "--noreload", f"127.0.0.1:{self._ports[name]}")
        output = self._folder / f"{name}.output"
        self._processes[name] = Process(serve, self._environments[name], output)

    def kill(self, name: str) -> None:
        """This ends one of the servers with SIGKILL."""
        self._processes[name].kill()

    def stop(self) -> None:
        for process in self._processes.values():
            process.kill()

    def manage(self, name: str, *arguments: str) -> None:
        """This runs a command in the environment of one of them."""
        output = self._folder / f"{name}.commands"
        run_to_end(("manage.py", *arguments), self._environments[name], output)

    def move(self, command: str, *options: str) -> dict[str, Any]:
        """This moves the module, as an operator does, and gives what the command says."""
        done = subprocess.run(
            [sys.executable, "manage.py", command, MODULE, *options, "--json"],
            cwd=ROOT,
            env={**_without_databases(), **self._environments["monolith"]},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def cut_over(self) -> dict[str, Any]:
        return self.move(
            "cutover",
            *("--to-database", self.service_database),
            *("--to-service", self.service_url),
            *("--broker", self.broker),
        )

    def token(self) -> str:
        """This gives a bearer token of a shop that orders for its customers."""
        scopes = (
            "orders:read orders:write accounts:read accounts:write catalog:write inventory:write"
        )
        done = subprocess.run(
            [
                *(sys.executable, "manage.py", "token"),
                *("--subject", "shop", "--kind", "service"),
                *("--scopes", scopes),
            ],
            cwd=ROOT,
            env={**_without_databases(), **self._environments["monolith"]},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def said(self) -> str:
        """This gives the end of what the servers have written, for who looks for a failure."""
        return "\n".join(
            f"{one.name}:\n{one.read_text(errors='replace')[-6000:]}"
            for one in sorted(self._folder.glob("*.output"))
        )


@dataclass
class Shoppers:
    """These order at a constant rate, look at payments, and put money into an account.

    Attributes:
        failures: every answer that was not what a customer wants.
        waits: for how many seconds each of them has waited.
    """

    url: str
    token: str
    a_second: float
    orders: dict[str, dict[str, int]] = field(default_factory=dict)
    deposits: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._pool = urllib3.PoolManager(maxsize=32, retries=False)
        self._stopping = threading.Event()
        self._lock = threading.Lock()

    def wait_until_open(self) -> None:
        """This puts products on the shelves, and waits until ordering has heard of them."""
        for sku in SKUS:
            product = {"name": sku, "category": "Beverages"}
            price = {"unit_price_minor": 1_000, "currency": "USD"}
            self._put(f"/api/v1/catalog/products/{sku}", {**product, **price})
            self._put(f"/api/v1/inventory/{sku}", {"on_hand": ON_HAND})

        def goes_through() -> bool:
            self._shop(-len(self.orders) - 1)
            assert not self.failures, self.failures
            self.wait_until_all_have_ended()
            last = list(self.orders)[-1]
            return bool(self._get(f"/api/v1/orders/{last}")["status"] == "fulfilled")

        wait_until(goes_through, what="an order is fulfilled", seconds=90)
        self.orders.clear()
        self.waits.clear()

    @contextmanager
    def at_it(self) -> Iterator[None]:
        """This has them do so inside the block."""
        thread = threading.Thread(target=self._order_on_time, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join(60)

    def wait_for(self, count: int) -> None:
        """This waits until so many more orders have been placed."""
        goal = len(self.orders) + count
        wait_until(lambda: len(self.orders) >= goal, what=f"{goal} orders", seconds=120)

    def wait_until_all_have_ended(self, seconds: float = 120) -> None:
        wait_until(lambda: not self._open(), what="every order ends", seconds=seconds)

    def check(self) -> None:
        """This fails unless money and stock are where they must be, and nobody was let down."""
        assert not self.failures, self.failures[:5]
        orders = [self._get(f"/api/v1/orders/{one}") for one in self.orders]
        assert all(one["status"] == "fulfilled" for one in orders), [
            one for one in orders if one["status"] != "fulfilled"
        ][:3]
        for order in orders:
            paid = self._get(f"/api/v1/payments/{order['order_id']}")
            assert paid["captured_minor"] == order["total_minor"], (order, paid)
        for name, count in self.deposits.items():
            account = self._get(f"/api/v1/payments/accounts/{name}")
            assert account["balance_minor"] == 100 * count, (account, count)

    def _open(self) -> list[str]:
        return [
            one for one in self.orders if self._get(f"/api/v1/orders/{one}")["status"] not in _ENDED
        ]

    def _order_on_time(self) -> None:
        number, due = 0, time.monotonic()
        threads: list[threading.Thread] = []
        while not self._stopping.wait(max(due - time.monotonic(), 0.0)):
            due += 1 / self.a_second
            number += 1
            thread = threading.Thread(target=self._shop, args=(number,), daemon=True)
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join(60)

    def _shop(self, number: int) -> None:
        sku = SKUS[number % len(SKUS)]
        body = {
            "customer_id": "ANATR",
            "currency": "USD",
            "lines": [{"sku": sku, "quantity": 1}],
            "ship_to": {
                "name": "Ana Trujillo",
                "line1": "Avda. de la Constitución 2222",
                "city": "México",
                "postal_code": "05021",
                "country": "Mexico",
            },
            "payment_token": "tok_ok",
        }
        placed = self._post("/api/v1/orders", body, f"order-{number}", 202)
        if placed is not None:
            with self._lock:
                self.orders[placed["order_id"]] = {sku: 1}
        account = _ACCOUNTS[number % len(_ACCOUNTS)]
        entry = {"entry_id": f"entry-{number}", "amount_minor": 100, "currency": "USD"}
        path = f"/api/v1/payments/accounts/{account}/deposits"
        if self._post(path, entry, "", 200) is not None:
            with self._lock:
                self.deposits[account] += 1

    def _post(self, path: str, body: dict[str, Any], key: str, wanted: int) -> Any:
        began = time.monotonic()
        try:
            answer = self._pool.request(
                "POST",
                self.url + path,
                body=json.dumps(body),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {self.token}",
                    **({"Idempotency-Key": key} if key else {}),
                },
                timeout=30.0,
            )
        except urllib3.exceptions.HTTPError as error:
            self.failures.append(f"{path}: {error!r}")
            return None
        self.waits.append(time.monotonic() - began)
        if answer.status != wanted:
            self.failures.append(f"{path}: {answer.status} {answer.data[:300]!r}")
            return None
        return answer.json()

    def _put(self, path: str, body: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        answer = self._pool.request(
            "PUT", self.url + path, body=json.dumps(body), headers=headers, timeout=30.0
        )
        assert answer.status in (200, 201, 204), (path, answer.status, answer.data[:500])

    def _get(self, path: str) -> dict[str, Any]:
        answer = self._pool.request(
            "GET",
            self.url + path,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30.0,
        )
        assert answer.status == 200, (path, answer.status, answer.data[:500])
        found: dict[str, Any] = answer.json()
        return found


def _answers(url: str) -> bool:
    try:
        return urllib3.request("GET", f"{url}/healthz", timeout=2.0, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def _without_databases() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name}
