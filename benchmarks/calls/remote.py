"""Figure: a remote call over loopback, against a client and a handler written by hand."""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
import urllib3
from opentelemetry import trace

from benchmarks.calls.contract import CALLER, VALUE, Bench, Status
from benchmarks.calls.options import Options
from benchmarks.harness import Figure, interleave, ratios, spread_of
from modules.kernel import interfaces, resilience
from modules.kernel.interfaces.tokens import KeyFolder, Signer, make_keys
from modules.kernel.resilience import BreakerPolicy, BulkheadPolicy, Policy, RetryPolicy

_BAR = 1.5
_READY_WITHIN_SECONDS = 30.0
_FEWER = 20
ORDER_ID = VALUE.order_id


def measure(options: Options) -> Iterator[Figure]:
    """This times calls of a process beside this one, and bare requests to the same server."""
    policy = Policy(
        attempt_timeout_seconds=4.0,
        retry=RetryPolicy(),
        breaker=BreakerPolicy(),
        bulkhead=BulkheadPolicy(),
    )
    resilience.declare(CALLER, {"bench.Bench": policy})
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder)) as url:
        before = interfaces.wired()
        keys = KeyFolder(Path(folder))
        interfaces.work_with(
            interfaces.Wiring(
                locations=interfaces.Configured({"bench": url}),
                signer=Signer(keys, issuer="quarry"),
                outsider=CALLER,
            )
        )
        calls = max(options.calls // _FEWER, 1)
        # As in a request: there is a trace already, and it goes along.
        request = trace.NonRecordingSpan(trace.SpanContext(1, 1, is_remote=True))
        with trace.use_span(request):
            contenders = {
                "bare": partial(_microseconds, _bare(url), calls),
                "remote": partial(_microseconds, _ask, calls),
            }
            measured = interleave(contenders, rounds=options.rounds)
        interfaces.work_with(before)
    found = spread_of(ratios(measured, "remote", "bare"))
    yield Figure(
        name="remote call over loopback against a bare HTTP client and a bare handler",
        bar=f"≤ {_BAR:g} ×",
        measured=f"{found:.2f} ×",
        met=found.median <= _BAR,
        details={"microseconds": measured},
        note=f"remote {spread_of(measured['remote']):.0f} µs, bare "
        f"{spread_of(measured['bare']):.0f} µs. Bare is one question written by hand: "
        "urllib3 with a time limit, msgspec, a WSGI handler on the same granian. Remote adds "
        "token, deadline, trace, policy and errors; "
        f"medians of {options.rounds} rounds of {calls} calls each",
    )


def _bare(url: str) -> Callable[[], Status]:
    """This gives a client of one question, as one would write it by hand."""
    pool = urllib3.connection_from_url(url, maxsize=1)
    headers = {"Content-Type": "application/msgpack"}
    encode = msgspec.msgpack.Encoder().encode
    decode = msgspec.msgpack.Decoder(Status).decode

    def call() -> Status:
        body = encode({"order_id": ORDER_ID})
        response = pool.urlopen(
            "POST", "/bare", body=body, headers=headers, retries=False, timeout=4.0
        )
        assert response.status == 200, response.status
        return decode(response.data)

    return call


def _ask() -> object:
    return interfaces.get(Bench).status(order_id=ORDER_ID)


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """This serves `benchmarks.calls.server` on a free port, and gives its URL."""
    make_keys(folder, CALLER)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": f"sqlite:///{folder}/placements.sqlite3",
        "QUARRY_VAR": str(folder),
        "QUARRY_INTERNAL_KEYS": str(folder),
        "QUARRY_CALLERS": f"{CALLER}:bench.Bench",
    }
    # Each request asks the database where its module runs.
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0", "placements"]
    subprocess.run(migrate, env=environment, check=True)
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-access-log"),
        *("--port", str(port), "benchmarks.calls.server:application"),
    ]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process, folder / "server.log")
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up_at = time.monotonic() + _READY_WITHIN_SECONDS
    while True:
        try:
            _bare(url)()
            return
        except urllib3.exceptions.HTTPError as error:
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"the server did not start:\n{log.read_text()}") from error
            time.sleep(0.05)


def _microseconds(call: Callable[[], object], times: int) -> float:
    """This gives the median: a call that another process has interrupted says nothing."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1e6
