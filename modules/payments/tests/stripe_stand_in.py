"""A stand-in of Stripe's HTTP API on 127.0.0.1: forms in, JSON out, idempotency, and faults.

with StripeStandIn() as stripe:
    stripe.fail("/confirm", Fault.DONE_BUT_UNANSWERED)
    provider = StripeProvider(api_key=API_KEY, api_base=stripe.url)
"""

import json
import threading
from collections import Counter
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from modules.payments.tests.stripe_books import Body, Form, Refusal, StripeBooks

API_KEY = "sk_test_of_the_stand_in"


class Fault(Enum):
    """This is what goes wrong with one request."""

    DONE_BUT_UNANSWERED = auto()
    LOST = auto()
    SERVER_ERROR = auto()
    RATE_LIMITED = auto()
    KEY_IN_USE = auto()
    HUNG_UP = auto()


class StripeStandIn:
    """This is the server; `books` is the account behind it.

    Attributes:
        seen: how often each method and path was asked for.
        connections: the callers' ports.
        answers: what was answered under each idempotency key.
    """

    def __init__(self) -> None:
        self.books = StripeBooks()
        self.seen: Counter[str] = Counter()
        self.connections: set[int] = set()
        self.answers: dict[str, tuple[str, int, Body]] = {}
        self.closing = threading.Event()
        self._faults: list[tuple[str, Fault]] = []
        self._turn = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "StripeStandIn":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fail(self, path_end: str, fault: Fault, *, times: int = 1) -> None:
        """This has the next requests to a path that ends so go wrong."""
        self._faults += [(path_end, fault)] * times

    def answer(
        self, method: str, path: str, form: Form, key: str | None
    ) -> tuple[int, Body, Fault | None, bool]:
        """This gives status, body, fault, and whether the answer is a replayed one."""
        with self._turn:
            self.seen[f"{method} {path}"] += 1
            fault = self._fault_for(path)
            if fault in {Fault.LOST, Fault.HUNG_UP}:
                return 0, {}, fault, False
            if fault is Fault.RATE_LIMITED:
                return 429, _error("invalid_request_error", "rate_limit"), None, False
            if fault is Fault.KEY_IN_USE:
                return 409, _error("idempotency_error", "idempotency_key_in_use"), None, False
            asked = json.dumps([path, form], sort_keys=True)
            if key and key in self.answers:
                first_asked, status, body = self.answers[key]
                if first_asked != asked:
                    return 400, _error("idempotency_error", None), None, False
                return status, body, fault, True
            if fault is Fault.SERVER_ERROR:
                status, body = 500, _error("api_error", None)
            else:
                status, body = self._carry_out(method, path, form)
            if key:
                self.answers[key] = (asked, status, json.loads(json.dumps(body)))
            return status, body, fault, False

    def _carry_out(self, method: str, path: str, form: Form) -> tuple[int, Body]:
        books = self.books
        try:
            match method, path.removeprefix("/v1/").split("/"):
                case "POST", ["payment_intents"]:
                    return 200, books.make_intent(form)
                case "GET", ["payment_intents", "search"]:
                    return 200, books.search(form["query"])
                case "GET", ["payment_intents", intent_id]:
                    return 200, books.intents[intent_id]
                case "POST", ["payment_intents", intent_id, "confirm"]:
                    return 200, books.confirm(intent_id)
                case "POST", ["payment_intents", intent_id, "capture"]:
                    return 200, books.capture(intent_id, form)
                case "POST", ["payment_intents", intent_id, "cancel"]:
                    return 200, books.cancel(intent_id)
                case "POST", ["refunds"]:
                    return 200, books.refund(form)
                case "GET", ["refunds"]:
                    return 200, books.list_refunds(form["payment_intent"])
        except Refusal as refusal:
            return refusal.status, refusal.body
        return 404, _error("invalid_request_error", "resource_missing")

    def _fault_for(self, path: str) -> Fault | None:
        for planned in self._faults:
            if path.endswith(planned[0]):
                self._faults.remove(planned)
                return planned[1]
        return None


def _error(kind: str, code: str | None) -> Body:
    return {"error": {"type": kind, "code": code, "message": f"the stand-in says {kind}"}}


def _handler_for(stand_in: StripeStandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            self._serve(url.path, dict(parse_qsl(url.query)))

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            form = dict(parse_qsl(self.rfile.read(length).decode()))
            self._serve(urlsplit(self.path).path, form)

        def _serve(self, path: str, form: Form) -> None:
            if self.headers["Authorization"] != f"Bearer {API_KEY}":
                self._send(401, _error("invalid_request_error", "api_key_invalid"))
                return
            stand_in.connections.add(self.client_address[1])
            key = self.headers["Idempotency-Key"]
            status, body, fault, is_replayed = stand_in.answer(self.command, path, form, key)
            if fault in {Fault.DONE_BUT_UNANSWERED, Fault.LOST}:
                stand_in.closing.wait(10)
            if fault in {Fault.DONE_BUT_UNANSWERED, Fault.LOST, Fault.HUNG_UP}:
                self.close_connection = True
                return
            self._send(status, body, is_replayed=is_replayed)

        def _send(self, status: int, body: Body, *, is_replayed: bool = False) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            if is_replayed:
                self.send_header("Idempotent-Replayed", "true")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: Any) -> None:
            """This keeps the requests out of the tests' output."""

    return Handler
