"""The client of a replay: what it repeats, for how long, and what it gives up on at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from modules.console.replay import Client, Refused, Unreachable


class Answers(BaseHTTPRequestHandler):
    """This answers each request with the next of the prepared answers.

    One without content is what is left when a server is killed while it sends the headers.
    """

    prepared: list[tuple[int, bytes | None]]
    seen: list[tuple[str, str | None, bytes]]

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.command, self.headers.get("Idempotency-Key"), body))
        status, content = self.prepared.pop(0)
        self.send_response(status)
        if content is not None:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content or b"")

    do_GET = do_POST = do_PUT = _answer

    def log_message(self, format: str, *args: object) -> None:
        """This keeps the test's output clean."""


@contextmanager
def answering(
    *prepared: tuple[int, bytes | None], port: int = 0
) -> Iterator[tuple[str, type[Answers]]]:
    handler = type("Prepared", (Answers,), {"prepared": list(prepared), "seen": []})
    with HTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", handler
        finally:
            server.shutdown()
            thread.join()


class Time:
    """This is a clock that moves only when somebody pauses."""

    def __init__(self, on_pause: Callable[[], object] = lambda: None) -> None:
        self.now = 0.0
        self.on_pause = on_pause

    def pause(self, seconds: float) -> None:
        self.now += seconds
        self.on_pause()


def client(base_url: str, time: Time, patience_seconds: float = 60) -> Client:
    return Client(
        base_url,
        patience_seconds=patience_seconds,
        clock=lambda: time.now,
        pause=time.pause,
    )


class TestClient:
    def test_repeats_a_post_with_the_same_key_and_body_until_it_is_answered(self) -> None:
        with answering((503, b""), (502, b""), (202, b'{"order_id": "1"}')) as (url, server):
            asking = client(url, Time())
            answer = asking.post("/api/v1/orders", {"n": 1}, idempotency_key="k")
            asking.close()
        assert answer == {"order_id": "1"}
        assert server.seen == [("POST", "k", b'{"n":1}')] * 3
        assert asking.retried == 2

    def test_outlives_a_server_that_is_started_again_on_its_port(self) -> None:
        with answering() as (url, _):
            port = int(url.rpartition(":")[2])
        with ExitStack() as running:
            again = answering((200, b'{"up": true}'), port=port)
            asking = client(url, Time(on_pause=lambda: running.enter_context(again)))
            running.callback(asking.close)
            assert asking.get("/") == {"up": True}
        assert asking.retried == 1

    def test_sends_again_what_was_answered_by_half(self) -> None:
        with answering((200, None), (200, b'{"status": "pending"}')) as (base_url, _):
            assert client(base_url, Time()).get("/order") == {"status": "pending"}

    def test_gives_up_when_its_patience_is_at_an_end(self) -> None:
        with answering() as (url, _):
            pass
        time = Time()
        with pytest.raises(Unreachable, match=r"GET http://.*/x: no answer in 10 s"):
            client(url, time, patience_seconds=10).get("/x")
        assert 9 <= time.now <= 10

    def test_does_not_repeat_what_the_server_has_refused(self) -> None:
        problem = b'{"code": "invalid-request"}'
        with answering((422, problem)) as (url, server):
            asking = client(url, Time())
            with pytest.raises(Refused, match=r"POST /x: HTTP 422: .*invalid-request") as refused:
                asking.post("/x", {}, idempotency_key="k")
            asking.close()
        assert refused.value.status == 422
        assert len(server.seen) == 1

    def test_says_so_when_the_answer_is_not_json(self) -> None:
        with answering((200, b"<html>")) as (url, _):
            asking = client(url, Time())
            with pytest.raises(Refused, match="is this the right server"):
                asking.get("/")
            asking.close()
