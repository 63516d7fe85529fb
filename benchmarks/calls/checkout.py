"""Figure: one checkout, with all modules in one process and with each in its own, side by side."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import msgspec
import psutil
import urllib3

from benchmarks import tokens
from benchmarks.calls.options import Options
from benchmarks.harness import Figure, percentile
from modules.kernel.interfaces.tokens import make_keys
from modules.kernel.manifests import read_manifest
from modules.kernel.topologies import plan
from tests.services.own_brokers import free_port, some_rabbitmq
from tests.services.rule import ServiceMissing

_ROOT = Path(__file__).resolve().parents[2]
_READY_WITHIN_SECONDS = 60.0
_ENDS_WITHIN_SECONDS = 60.0
_LOOK_SECONDS = 0.005
_SKU = "BENCH-1"
_CALLS_AN_ORDER = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """This is what checkouts took: seconds to the last word, and CPU of all processes."""

    latencies: tuple[float, ...]
    cpu_seconds: float
    processes: int

    def told(self) -> str:
        """This says it in a line."""
        ms = [one * 1000 for one in self.latencies]
        cpu_ms = self.cpu_seconds / len(self.latencies) * 1000
        return (
            f"p50 {statistics.median(ms):.0f} ms, p95 {percentile(ms, 95):.0f} ms, "
            f"{cpu_ms:.0f} ms of CPU an order"
        )


def measure(options: Options) -> Iterator[Figure]:
    """This places orders one after another, and waits for each to be fulfilled."""
    orders = max(options.calls // _CALLS_AN_ORDER, 2)
    with ExitStack() as until:
        folder = Path(until.enter_context(tempfile.TemporaryDirectory()))
        try:
            port = until.enter_context(some_rabbitmq())
        except ServiceMissing as error:
            raise SystemExit(f"the checkout needs a broker: {error}") from error
        together = _measured(_one_process(folder / "one"), folder / "one", orders)
        url = f"amqp://guest:guest@127.0.0.1:{port}//"
        apart = _measured(_processes(folder / "many", url), folder / "many", orders)
    yield Figure(
        name="one checkout, from the request to fulfilled: all modules in one process, "
        "and each in its own over RabbitMQ",
        bar="side by side",
        measured=f"one process: {together.told()}; {apart.processes} processes: {apart.told()}",
        met=True,
        details={
            "one process": msgspec.to_builtins(together),
            "processes": msgspec.to_builtins(apart),
        },
        note=f"{orders} orders of one piece, one after another; granian, SQLite files; "
        "CPU of all of Quarry's processes, what they use while they wait taken off",
    )


def _one_process(folder: Path) -> dict[str, tuple[int, Mapping[str, str]]]:
    environment = {
        "DATABASE_URL": f"sqlite:///{folder}/quarry.sqlite3",
        "QUARRY_VAR": str(folder),
    }
    return {"front": (free_port(), environment)}


def _processes(folder: Path, broker_url: str) -> dict[str, tuple[int, Mapping[str, str]]]:
    manifests = [read_manifest(path) for path in sorted(_ROOT.glob("modules/*/module.toml"))]
    for one in manifests:
        make_keys(folder / "keys", one.name)
    planned = plan(
        manifests,
        folder=folder,
        ports=[free_port() for _ in range(len(manifests) + 1)],
        broker_url=broker_url,
        broker_prefix=f"bench-{uuid4().hex[:8]}",
    )
    return {one.name: (one.port, one.environment) for one in planned.parts}


def _measured(
    servers: Mapping[str, tuple[int, Mapping[str, str]]], folder: Path, orders: int
) -> Measured:
    with _running(servers, folder) as processes:
        port, _ = servers["front"]
        scopes = ("orders:read", "orders:write", "catalog:write", "inventory:write")
        front = urllib3.HTTPConnectionPool(
            *("127.0.0.1", port),
            maxsize=1,
            retries=False,
            headers=tokens.bearer(folder, *scopes),
        )
        _wait_for(front, folder)
        body = {"name": "Bench", "category": "B", "unit_price_minor": 100, "currency": "USD"}
        _put(front, f"/api/v1/catalog/products/{_SKU}", body)
        _put(front, f"/api/v1/inventory/{_SKU}", {"on_hand": 10 * orders + 100})
        for _ in range(3):  # What is done once is done, and what was announced is known.
            _check_out(front, may_fail=True)
        began, cpu = time.monotonic(), _cpu_seconds(processes)
        time.sleep(2.0)
        idle = (_cpu_seconds(processes) - cpu) / (time.monotonic() - began)
        began, cpu = time.monotonic(), _cpu_seconds(processes)
        latencies = tuple(_check_out(front) for _ in range(orders))
        spent = _cpu_seconds(processes) - cpu - idle * (time.monotonic() - began)
        return Measured(latencies=latencies, cpu_seconds=max(spent, 0.0), processes=len(processes))


def _check_out(front: urllib3.HTTPConnectionPool, *, may_fail: bool = False) -> float:
    ship_to = {"name": "A", "line1": "1 Main St", "city": "Cork", "country": "Ireland"}
    body = {
        "customer_id": "BENCH",
        "currency": "USD",
        "lines": [{"sku": _SKU, "quantity": 1}],
        "ship_to": {**ship_to, "postal_code": "T12"},
        "payment_token": "tok_ok",
    }
    headers = {**front.headers, "Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
    started = time.monotonic()
    answer = front.request(
        "POST", "/api/v1/orders", body=msgspec.json.encode(body), headers=headers
    )
    assert answer.status == 202, answer.data
    path = f"/api/v1/orders/{answer.json()['order_id']}"
    while time.monotonic() < started + _ENDS_WITHIN_SECONDS:
        status = front.request("GET", path).json()["status"]
        if status == "fulfilled" or (may_fail and status == "failed"):
            return time.monotonic() - started
        assert status != "failed", front.request("GET", path).data
        time.sleep(_LOOK_SECONDS)
    raise RuntimeError(f"the order at {path} is {status} after {_ENDS_WITHIN_SECONDS:g} s")


def _put(front: urllib3.HTTPConnectionPool, path: str, body: Mapping[str, object]) -> None:
    headers = {**front.headers, "Content-Type": "application/json"}
    answer = front.request("PUT", path, body=msgspec.json.encode(body), headers=headers)
    assert answer.status < 300, answer.data


@contextmanager
def _running(
    servers: Mapping[str, tuple[int, Mapping[str, str]]], folder: Path
) -> Iterator[list[psutil.Process]]:
    """This runs granian for each, with its message threads, and gives the processes."""
    started: list[subprocess.Popen[bytes]] = []
    try:
        for name, (_, environment) in servers.items():
            (folder / name).mkdir(parents=True, exist_ok=True)
            _manage(environment, folder, "migrate", "--verbosity=0")
        for _, environment in servers.values() if len(servers) > 1 else ():
            _manage(environment, folder, "listen")
        for name, (port, environment) in servers.items():
            command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-access-log"]
            command += ["--port", str(port), "config.wsgi:application"]
            with (folder / f"{name}.log").open("wb") as log:
                started.append(
                    subprocess.Popen(
                        command,
                        env=_environment(environment, folder),
                        stdout=log,
                        stderr=log,
                        cwd=_ROOT,
                    )
                )
        yield [psutil.Process(one.pid) for one in started]
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait()


def _manage(environment: Mapping[str, str], folder: Path, *command: str) -> None:
    done = [sys.executable, "manage.py", *command]
    subprocess.run(done, env=_environment(environment, folder), cwd=_ROOT, check=True)


def _environment(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name}
    told = {"DJANGO_SETTINGS_MODULE": "benchmarks.settings", "QUARRY_DRIVER": "embedded"}
    return {**inherited, **told, **tokens.environment(folder), **environment}


def _wait_for(front: urllib3.HTTPConnectionPool, folder: Path) -> None:
    give_up_at = time.monotonic() + _READY_WITHIN_SECONDS
    while True:
        try:
            # Through the front to a module, and back.
            if front.request("GET", "/api/v1/orders").status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        if time.monotonic() > give_up_at:
            raise RuntimeError(f"the servers are not ready; their logs are in {folder}")
        time.sleep(0.1)


def _cpu_seconds(processes: list[psutil.Process]) -> float:
    everyone = [one for process in processes for one in (process, *process.children())]
    return sum(times.user + times.system for times in (one.cpu_times() for one in everyone))
