"""Calls over real HTTP: the remote binding on one side, the WSGI application on the other.

Both sides are this process. The calling one is the main thread, for which alone the module
runs elsewhere.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pytest
import urllib3
from django.db import connection, connections
from opentelemetry import trace

from modules.kernel import interfaces, resilience
from modules.kernel.contracts import (
    ANONYMOUS,
    Principal,
    PrincipalKind,
    Unavailable,
    interface,
    safe,
)
from modules.kernel.http.internal_calls import InternalCalls
from modules.kernel.http.tests.served import served
from modules.kernel.interfaces import (
    Binding,
    CallRefused,
    Location,
    NotHere,
    NotReached,
    ProviderFailed,
    Wiring,
    allow,
    current_call,
    current_principal,
    get,
    provide,
    registry,
    use,
    wired,
    within,
    work_with,
)
from modules.kernel.interfaces.tests.library import (
    BOOK,
    LentOut,
    Librarian,
    Library,
    Loan,
    Shelf,
    UnknownBook,
)
from modules.kernel.interfaces.tokens import KeyFolder, Signer, Verifier, make_keys
from modules.kernel.messaging.context import Causes, caused_by, current_causes
from modules.kernel.resilience import AttemptTimedOut, DeadlineBeforeCall, Policy, RetryPolicy

CALLER = "reader"


class Seen:
    """This is what the server's Django side was given, and what a test has it answer."""

    def __init__(self) -> None:
        self.environ: dict[str, Any] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.environ = environ
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]


@dataclass
class ForTheMainThread:
    """These are locations: the module is elsewhere for the main thread, and here for others."""

    location: Location
    server_has_it: bool = True

    def of(self, module: str) -> Location:
        if threading.current_thread() is threading.main_thread() or not self.server_has_it:
            return self.location
        return Location()

    def refresh(self) -> None:
        """Nothing is new."""


@dataclass
class Net:
    """This is the wire: where the server is, and who is behind it."""

    url: str
    librarian: Librarian
    seen: Seen
    keys: Path

    def move(self, url: str, *, server_has_it: bool = True) -> None:
        location = Location(binding=Binding.REMOTE, url=url)
        use(ForTheMainThread(location, server_has_it))


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Net]:
    monkeypatch.setattr(registry, "_providers", {})
    monkeypatch.setattr(registry, "_bindings", {})
    resilience.forget_pipelines()
    before = wired()
    make_keys(tmp_path, CALLER)
    make_keys(tmp_path, "stranger")
    keys = KeyFolder(tmp_path)
    librarian = Librarian()
    provide(Library, librarian)
    allow(CALLER, ["library.Library"])
    seen = Seen()
    work_with(
        Wiring(
            signer=Signer(keys, issuer="quarry"),
            verifier=Verifier(keys, issuer="quarry"),
            outsider=CALLER,
        )
    )
    with served(InternalCalls(seen)) as url:
        net = Net(url, librarian, seen, tmp_path)
        net.move(url)
        yield net
        wired().transport.close()
    work_with(before)
    resilience.declare(CALLER, {})
    resilience.forget_pipelines()


def token(net: Net, *, caller: str = CALLER, audience: str = "library") -> dict[str, str]:
    signed = Signer(KeyFolder(net.keys), issuer="quarry").token(caller=caller, audience=audience)
    return {"Authorization": f"Bearer {signed}"}


def asked_by(name: str) -> object:
    """This asks for the books in code of the name, as it stands in a module."""
    code: dict[str, Any] = {"__name__": name, "get": get, "Library": Library}
    exec("def ask(): return get(Library).books()", code)
    return code["ask"]()


def post(net: Net, path: str, body: object, **headers: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request(
        "POST",
        f"{net.url}/internal/v1/{path}",
        body=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **headers},
        retries=False,
    )


class TestACall:
    def test_gives_the_answer_of_the_other_process(self, net: Net) -> None:
        assert get(Library).book(isbn=BOOK.isbn) == BOOK
        assert get(Library).put(BOOK) == BOOK
        assert get(Library).books(shelf=Shelf.CLOSED) == ()
        assert net.librarian.asked == [BOOK.isbn, BOOK, (Shelf.CLOSED, 50)]

    def test_raises_errors_of_the_contract_as_themselves(self, net: Net) -> None:
        with pytest.raises(UnknownBook) as unknown:
            get(Library).book(isbn="none")
        assert unknown.value.facts == {"isbn": "none"}
        with pytest.raises(LentOut) as lent:
            get(Library).lend(Loan(isbn="1", reader="Ann"), key="")
        assert lent.value.facts == {"isbn": "1", "readers": ("Cy", "Di"), "copies": 2}

    def test_tells_a_bug_of_the_provider_apart_and_does_not_show_it(self, net: Net) -> None:
        with pytest.raises(ProviderFailed) as failed:
            get(Library).give_back(isbn="1")
        assert "a bug" not in str(failed.value)

    def test_carries_the_caller_the_deadline_the_trace_and_the_correlation(
        self, net: Net, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[Any] = []

        def look(self: object, **_: object) -> tuple[()]:
            context = trace.get_current_span().get_span_context()
            seen.extend((current_call(), current_causes(), context.trace_id))
            return ()

        monkeypatch.setattr(Librarian, "books", look)
        parent = trace.NonRecordingSpan(
            trace.SpanContext(0xABC, 0xDEF, is_remote=False, trace_flags=trace.TraceFlags(1))
        )
        with (
            trace.use_span(parent),
            caused_by(Causes(correlation_id="c-1")),
            within(30),
        ):
            get(Library).books()
            ends = current_call().deadline
        call, causes, trace_id = seen
        assert call.caller == CALLER
        # The policy's five seconds are fewer than the thirty of the caller.
        assert ends is not None
        assert ends - 27 < call.deadline + 2 < ends
        assert causes == Causes(correlation_id="c-1")
        assert trace_id == 0xABC

    def test_carries_for_whom_it_is_made(self, net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[Principal | None] = []

        def look(self: object, **_: object) -> tuple[()]:
            seen.append(current_principal())
            return ()

        monkeypatch.setattr(Librarian, "books", look)
        reader = Principal(kind=PrincipalKind.CUSTOMER, subject="Ann", scopes=frozenset({"read"}))
        get(Library).books()
        with interfaces.asked_by(reader):
            get(Library).books()
            with within(30):
                get(Library).books()
        with interfaces.asked_by(ANONYMOUS):
            get(Library).books()
        assert seen == [None, reader, reader, ANONYMOUS]

    def test_uses_one_connection_for_many(self, net: Net) -> None:
        for _ in range(3):
            get(Library).book(isbn=BOOK.isbn)
        [pool] = wired().transport._pools.values()
        assert (pool.num_connections, pool.num_requests) == (1, 3)


class TestFailures:
    def test_tell_a_module_that_is_not_reached(self, net: Net) -> None:
        net.move("http://127.0.0.1:1")
        with pytest.raises(NotReached, match="no connection to"):
            get(Library).book(isbn="1")

    def test_tell_a_module_that_has_moved_on(self, net: Net) -> None:
        net.move(net.url, server_has_it=False)
        with pytest.raises(NotHere):
            get(Library).book(isbn="1")
        assert net.librarian.asked == []

    def test_tell_an_answer_that_comes_too_late(
        self, net: Net, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go_on = threading.Event()
        monkeypatch.setattr(Librarian, "books", lambda self, **_: go_on.wait(30) and ())
        with pytest.raises(AttemptTimedOut), within(0.05):
            get(Library).books()
        go_on.set()

    def test_do_not_begin_after_the_deadline(self, net: Net) -> None:
        with pytest.raises(DeadlineBeforeCall), within(0):
            get(Library).book(isbn="1")
        assert net.librarian.asked == []

    def test_are_tried_again_only_where_the_method_says_so(
        self, net: Net, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        retry = RetryPolicy(attempts=3, wait_seconds=0.001, budget_burst=100)
        resilience.declare(CALLER, {"library.Library": Policy(retry=retry)})
        asked: list[str] = []

        def fail(name: str) -> Any:
            def answer(self: object, *_: object, **__: object) -> None:
                asked.append(name)
                raise Unavailable("not now")

            return answer

        for name in ("books", "lend", "give_back"):
            monkeypatch.setattr(Librarian, name, fail(name))
        for call in (
            lambda: get(Library).books(),
            lambda: get(Library).lend(Loan(isbn="1", reader="Ann"), key="k"),
            lambda: get(Library).lend(Loan(isbn="1", reader="Ann"), key=""),
            lambda: get(Library).give_back(isbn="1"),
        ):
            with pytest.raises(Unavailable):
                call()
        # Safe; idempotent by its key; the same without a key; neither.
        assert asked == ["books"] * 3 + ["lend"] * 3 + ["lend"] + ["give_back"]

    def test_that_trying_again_would_not_mend_are_not_tried_again(self, net: Net) -> None:
        retry = RetryPolicy(attempts=3, wait_seconds=0.001)
        resilience.declare(CALLER, {"library.Library": Policy(retry=retry)})
        work_with(replace(wired(), outsider="stranger"))
        with pytest.raises(CallRefused):
            get(Library).books()
        assert net.seen.environ == {}

    def test_tell_an_answer_that_is_no_call(self, net: Net) -> None:
        # A proxy that leads elsewhere: not below the prefix.
        net.move(f"{net.url}/elsewhere")
        with pytest.raises(ProviderFailed):
            get(Library).book(isbn="1")


class TestWhoMayCall:
    def test_not_without_a_token(self, net: Net) -> None:
        assert post(net, "library/Library/book", {"isbn": BOOK.isbn}).status == 401

    @pytest.mark.parametrize("sent", ["Bearer", "Bearer x.y.z", "Basic YTpi", ""])
    def test_not_with_something_else(self, net: Net, sent: str) -> None:
        answer = post(net, "library/Library/book", {"isbn": BOOK.isbn}, Authorization=sent)
        assert answer.status == 401

    def test_not_with_a_token_for_another_module(self, net: Net) -> None:
        headers = token(net, audience="payments")
        assert post(net, "library/Library/book", {"isbn": "1"}, **headers).status == 401

    def test_not_with_a_token_that_has_expired(self, net: Net) -> None:
        signer = Signer(KeyFolder(net.keys), issuer="quarry", clock=lambda: 1_000_000_000)
        old = signer.token(caller=CALLER, audience="library")
        headers = {"Authorization": f"Bearer {old}"}
        assert post(net, "library/Library/book", {"isbn": "1"}, **headers).status == 401

    def test_not_a_module_that_does_not_require_the_interface(self, net: Net) -> None:
        answer = post(net, "library/Library/book", {}, **token(net, caller="stranger"))
        assert (answer.status, b"stranger may not call" in answer.data) == (403, True)

    def test_nobody_where_no_keys_are_configured(self, net: Net) -> None:
        headers = token(net)
        work_with(replace(wired(), verifier=None))
        assert post(net, "library/Library/book", {"isbn": "1"}, **headers).status == 401

    def test_whoever_may_with_a_good_token(self, net: Net) -> None:
        answer = post(net, "library/Library/book", {"isbn": BOOK.isbn}, **token(net))
        assert (answer.status, answer.json()["title"]) == (200, "Stone")

    def test_not_code_of_no_module(self, net: Net) -> None:
        work_with(replace(wired(), outsider=""))
        with pytest.raises(CallRefused, match="only the code of a module"):
            get(Library).book(isbn="1")

    def test_each_module_in_its_own_name_and_in_no_other(
        self, net: Net, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        callers: list[str] = []

        def look(self: object, **_: object) -> tuple[()]:
            callers.append(current_call().caller)
            return ()

        monkeypatch.setattr(Librarian, "books", look)
        work_with(replace(wired(), outsider=""))
        assert asked_by("modules.reader.web.shelf") == ()
        assert callers == ["reader"]
        with pytest.raises(CallRefused, match="stranger may not call"):
            asked_by("modules.stranger.views")
        for name in ("modules.kernel.sagas", "config.wsgi", "modules"):
            with pytest.raises(CallRefused, match="only the code of a module"):
                asked_by(name)

    def test_not_a_module_without_a_key(self, net: Net) -> None:
        work_with(replace(wired(), outsider="keyless"))
        with pytest.raises(CallRefused, match="interface_keys keyless"):
            get(Library).book(isbn="1")

    def test_headers_that_tell_who_somebody_is_are_taken_from_requests(self, net: Net) -> None:
        told = {
            "Quarry-Caller": "payments",
            "X-User-Id": "root",
            "X_User_Id": "root",
            "X-Forwarded-User": "root",
            "X-Remote-User": "root",
            "Remote-User": "root",
            "X-Forwarded-Client-Cert": "By=spiffe://x",
            "X-Forwarded-For": "192.0.2.1",
        }
        urllib3.request("GET", f"{net.url}/shop", headers=told, retries=False)
        left = {name for name in net.seen.environ if name.startswith("HTTP_")}
        left -= {"HTTP_HOST", "HTTP_USER_AGENT", "HTTP_ACCEPT_ENCODING", "HTTP_CONNECTION"}
        assert left == {"HTTP_X_FORWARDED_FOR"}


class TestBadCalls:
    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("library/Library/burn", 404),
            ("library/Archive/book", 404),
            ("library/Library/__init__", 404),
            ("library", 404),
        ],
    )
    def test_are_refused_by_name(self, net: Net, path: str, status: int) -> None:
        assert post(net, path, {}, **token(net)).status == status

    @pytest.mark.parametrize("body", [{}, {"isbn": 1}, {"isbn": "1", "colour": "red"}, [], None])
    def test_are_refused_by_their_arguments(self, net: Net, body: object) -> None:
        answer = post(net, "library/Library/book", body, **token(net))
        assert (answer.status, net.librarian.asked) == (400, [])

    @pytest.mark.parametrize(("sent", "status"), [("0", 503), ("-1", 400), ("soon", 400)])
    def test_are_refused_by_their_time(self, net: Net, sent: str, status: int) -> None:
        headers = token(net) | {"Quarry-Timeout-Ms": sent}
        assert post(net, "library/Library/book", {"isbn": "1"}, **headers).status == status

    def test_are_refused_by_their_size(self, net: Net) -> None:
        body = "x" * (8 * 1024 * 1024)
        assert post(net, "library/Library/book", body, **token(net)).status == 413


class TestVersions:
    """An N-1 caller works, and so does one that is ahead of its provider as far as it can."""

    def test_an_older_caller_leaves_out_arguments_and_gets_fields_it_does_not_know(
        self, net: Net
    ) -> None:
        @dataclass(frozen=True, slots=True, kw_only=True)
        class OldBook:
            isbn: str
            title: str

        @interface("library")
        class OldLibrary(Protocol):
            @safe
            def books(self) -> tuple[OldBook, ...]: ...

        OldLibrary.__interface__ = Library.__interface__  # type: ignore[attr-defined]  # its name in an earlier release
        assert get(OldLibrary).books() == (OldBook(isbn=BOOK.isbn, title=BOOK.title),)
        assert net.librarian.asked == [(Shelf.OPEN, 50)]

    def test_an_older_caller_need_not_send_what_was_added_to_a_dataclass(self, net: Net) -> None:
        body = {"book": {**_plain_book(), "colour": "a field of a newer caller"}}
        del body["book"]["subtitle"]  # as one that does not know it
        answer = post(net, "library/Library/put", body, **token(net))
        assert (answer.status, net.librarian.asked) == (200, [BOOK])

    def test_a_newer_caller_is_understood_as_long_as_it_says_nothing_new(self, net: Net) -> None:
        @interface("library")
        class NewLibrary(Protocol):
            @safe
            def books(self, *, language: str = "") -> tuple[object, ...]: ...

            @safe
            def magazines(self) -> None: ...

        NewLibrary.__interface__ = Library.__interface__  # type: ignore[attr-defined]  # as above
        assert len(get(NewLibrary).books()) == 1
        with pytest.raises(CallRefused, match="unknown field `language`"):
            get(NewLibrary).books(language="en")
        with pytest.raises(CallRefused, match="is the provider older than its caller"):
            get(NewLibrary).magazines()


class TestTheDescription:
    def test_tells_the_methods_their_schemas_and_their_callers(self, net: Net) -> None:
        url = f"{net.url}/internal/v1/library"
        said = urllib3.request("GET", url, headers=token(net), retries=False).json()
        [described] = said["interfaces"]
        assert described["callers"] == [CALLER]
        assert described["methods"]["lend"] == {
            "path": "/internal/v1/library/Library/lend",
            "safe": False,
            "idempotency_key": "key",
        }
        assert "book.result" in described["schema"]["$defs"]

    def test_is_not_for_everybody(self, net: Net) -> None:
        url = f"{net.url}/internal/v1/library"
        assert urllib3.request("GET", url, retries=False).status == 401
        assert urllib3.request("PUT", url, retries=False).status == 405


def _plain_book() -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(BOOK)
    return plain


@pytest.mark.django_db(transaction=True)
class TestConnections:
    def test_are_given_back_when_the_call_is_answered(
        self, net: Net, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        used: list[Any] = []

        def look(self: object, **_: object) -> tuple[()]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            used.append(connections["default"])
            return ()

        monkeypatch.setattr(Librarian, "books", look)
        assert get(Library).books() == ()
        [one] = used
        assert one.connection is None
