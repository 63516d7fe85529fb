"""A server that is told to end: what it has begun to answer is answered."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import urllib3

from tests.faults.waiting import wait_until
from tests.services.own_brokers import free_port

ROOT = Path(__file__).resolve().parents[2]
PORT = free_port()
URL = f"http://127.0.0.1:{PORT}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--port", str(PORT), "tests.edge.unhurried:application"]
    environment = {**os.environ, "UNHURRIED": str(tmp_path)}
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=said, stderr=said, start_new_session=True
        )
    wait_until(answers, what="the server answers")
    yield process
    with suppress(ProcessLookupError):  # its workers, too
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def answers() -> bool:
    try:
        return urllib3.request("GET", f"{URL}/quick", retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def test_a_request_that_was_begun_is_answered_before_the_server_ends(
    server: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(urllib3.request, "GET", f"{URL}/slow", retries=False)
        wait_until((tmp_path / "asked").exists, what="it is asked")
        server.terminate()
        said = tmp_path / "said"
        wait_until(lambda: b"Shutting down" in said.read_bytes(), what="it has begun to end")
        (tmp_path / "go").touch()
        assert (answer.result().status, answer.result().data) == (200, b"done")
    assert server.wait(timeout=30) == 0
