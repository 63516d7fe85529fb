"""Calls over real HTTP: what crosses, what fails, and callers of other versions."""

import threading
from dataclasses import dataclass, replace
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
from modules.kernel.http.tests.calling import CALLER, Net, net, post, token
from modules.kernel.interfaces import (
    CallRefused,
    NotHere,
    NotReached,
    ProviderFailed,
    current_call,
    current_principal,
    get,
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
from modules.kernel.messaging.context import Causes, caused_by, current_causes
from modules.kernel.resilience import AttemptTimedOut, DeadlineBeforeCall, Policy, RetryPolicy

#: A fixture.
__all__ = ["net"]


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

    def test_tell_a_call_that_is_nested_too_deeply(self, net: Net) -> None:
        deep = b'{"book":{"a field of a newer caller":' + b"[" * 100_000
        answer = post(net, "library/Library/put", deep, **token(net))
        assert (answer.status, net.librarian.asked) == (400, [])

    def test_tell_an_answer_that_is_no_call(self, net: Net) -> None:
        # A proxy that leads elsewhere: not below the prefix.
        net.move(f"{net.url}/elsewhere")
        with pytest.raises(ProviderFailed):
            get(Library).book(isbn="1")


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
