"""Calls over real HTTP: who may make them, and which are none."""

from dataclasses import replace
from typing import Any

import pytest
import urllib3

from modules.kernel.http.tests.calling import CALLER, Net, net, post, token
from modules.kernel.interfaces import (
    CallRefused,
    current_call,
    get,
    wired,
    work_with,
)
from modules.kernel.interfaces.tests.library import (
    BOOK,
    Librarian,
    Library,
)
from modules.kernel.interfaces.tokens import KeyFolder, Signer

#: A fixture.
__all__ = ["net"]


def asked_by(name: str) -> object:
    """This asks for the books in code of the name, as it stands in a module."""
    code: dict[str, Any] = {"__name__": name, "get": get, "Library": Library}
    exec("def ask(): return get(Library).books()", code)
    return code["ask"]()


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
