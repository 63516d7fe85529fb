"""A TCP proxy in front of a service: cut off, its clients see what they see when it dies."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading


class Proxy:
    """This passes connections on to a port of this machine, until it is told not to."""

    def __init__(self, port: int = 0) -> None:
        """
        Args:
            port: of the service; it may be set later, before the first client comes.
        """
        self.target = port
        self._listening: socket.socket | None = None
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self.port = self._listen(0)

    def cut(self) -> None:
        """This ends all connections and refuses new ones."""
        listening, self._listening = self._listening, None
        if listening is not None:
            # Closed alone, it would still take one more: its thread waits inside `accept`.
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        with self._lock:
            for pair in self._pairs:
                for one in pair:
                    with contextlib.suppress(OSError):
                        one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """This lets clients in again, at the same port."""
        if self._listening is None:
            self._listen(self.port)

    def _listen(self, port: int) -> int:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(64)
        self._listening = listening
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()
        return int(listening.getsockname()[1])

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with client:
            try:
                service = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                return
            with service:
                service.settimeout(None)
                pair = (client, service)
                with self._lock:
                    self._pairs.add(pair)
                try:
                    if self._listening is not None:
                        _carry(*pair)
                finally:
                    with self._lock:
                        self._pairs.discard(pair)


def _carry(one: socket.socket, other: socket.socket) -> None:
    to = {one: other, other: one}
    with selectors.DefaultSelector() as selector:
        for each in to:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(each, selectors.EVENT_READ)
        with contextlib.suppress(OSError):
            while True:
                for key, _ in selector.select():
                    source = key.fileobj
                    assert isinstance(source, socket.socket)
                    data = source.recv(1 << 16)
                    if not data:
                        return
                    to[source].sendall(data)
