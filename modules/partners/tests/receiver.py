"""A receiver of webhooks, as a partner would write one: it verifies, and keeps what it was sent."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


def is_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """This verifies a message by the words of Standard Webhooks alone."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    return expected in headers["webhook-signature"].split(" ")


@dataclass
class Received:
    """This is one request that came in."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read


@dataclass
class Receiver:
    """This answers with `status` and keeps what was sent; 0 breaks the line off.

    Attributes:
        until: it answers nobody before this is set.
        asked: what was sent, answered or not.
    """

    url: str = ""
    status: int = 204
    until: Event | None = None
    asked: list[bytes] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    def types_of(self, order_id: str) -> list[str]:
        """This gives the types of the events of one order, in the order in which they came."""
        return [
            one.event["type"] for one in self.received if one.event["data"]["order_id"] == order_id
        ]


@contextmanager
def dripping_receiver() -> Iterator[str]:
    """This answers one connection byte by byte, each in time and the last far too late."""
    over = Event()
    answer = b"HTTP/1.1 204 No Content\r\nX-Drip: " + b"x" * 100 + b"\r\n\r\n"

    def drip() -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.recv(65_536)
            for byte in answer:
                connection.sendall(bytes([byte]))
                if over.wait(0.05):
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=drip, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            over.set()
            thread.join()


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """This runs a receiver on a free port of this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.asked.append(body)
            if receiver.until is not None:
                receiver.until.wait(20)
            if not receiver.status:
                self.connection.close()
                return
            if receiver.status < 300:
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append(Received(headers, body))
            self.send_response(receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nobody reads along."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hooks"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
