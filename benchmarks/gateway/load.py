"""Asking as fast as answers come: wrk, and what it says."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

_A_SECOND = re.compile(r"Requests/sec:\s+([\d.]+)")
_MEDIAN = re.compile(r"50%\s+([\d.]+)(us|ms|s)\b")
_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """This is what came of a load: how many answers, and how long the middle one took."""

    requests_a_second: float
    p50_ms: float


def ask(url: str, *, headers: Mapping[str, str], connections: int, seconds: int) -> Answered:
    """This asks for one URL, each connection again as soon as it has its answer.

    Raises:
        SystemExit: wrk is missing.
        RuntimeError: an answer was not the one that was asked for.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("this needs wrk: apt-get install wrk")
    command = [wrk, "--threads", "1", "--connections", str(connections), "--latency"]
    command += ["--duration", f"{seconds}s"]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    said = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    rate, median = _A_SECOND.search(said), _MEDIAN.search(said)
    if "Non-2xx" in said or "Socket errors" in said or rate is None or median is None:
        raise RuntimeError(f"{url} was not answered as it should be:\n{said}")
    return Answered(requests_a_second=float(rate[1]), p50_ms=float(median[1]) * _MS[median[2]])
