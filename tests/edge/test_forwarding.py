"""Requests for modules elsewhere go there and back; some things are kept back on the way."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import resolve

from modules.kernel.contracts import Principal, PrincipalKind, Problem
from modules.kernel.http.edge import urls_elsewhere
from modules.kernel.http.testing import bearer
from modules.kernel.http.tests.served import served
from modules.kernel.interfaces import AnswerLost, Configured, NotReached, use, wired, work_with
from modules.kernel.interfaces.tokens import KeyFolder, Signer, Verifier, make_keys
from modules.kernel.placements import Fenced, Moved
from modules.kernel.resilience import AttemptTimedOut

QUOTES = "/api/v1/shipping/quotes"
PRODUCTS = "/api/v1/catalog/products"


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """This answers with what it was sent."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    said = {
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
        "query": environ["QUERY_STRING"],
        "body": environ["wsgi.input"].read(length).decode(),
        "headers": {name: value for name, value in environ.items() if name.startswith("HTTP_")},
    }
    body = json.dumps(said).encode()
    headers = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("X-Correlation-Id", "of-the-module"),
        ("Content-Encoding", "identity"),
        ("Retry-After", "7"),
    ]
    start_response("409 Conflict", headers)
    return [body]


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    for module in ("gateway", "catalog"):
        make_keys(tmp_path, module)
    return KeyFolder(tmp_path)


@pytest.fixture
def front(keys: KeyFolder) -> Iterator[Client]:
    """A client of a front for which shipping runs elsewhere."""
    before = wired()
    with served(application) as url:
        work_with(replace(before, signer=Signer(keys, issuer="quarry")))
        use(Configured({"shipping": url}))
        yield Client(headers=bearer())
        wired().transport.close()
    work_with(before)


@pytest.fixture
def elsewhere() -> Iterator[Any]:
    """This has catalog answered by an application elsewhere."""
    before = wired()
    stack = []

    def elsewhere(application: Any) -> Client:
        server = served(application)
        stack.append(server)
        use(Configured({"catalog": server.__enter__()}))
        return Client()

    yield elsewhere
    wired().transport.close()
    work_with(before)
    for one in stack:
        one.__exit__(None, None, None)


def view_of(path: str) -> Any:
    return resolve(path).func.view_class  # type: ignore[attr-defined]  # it is a view's


def said_by(response: Any) -> Any:
    return json.loads(response.content)


def test_a_request_goes_there_and_back(front: Client) -> None:
    response = front.post(
        f"{QUOTES}?fast=1&name=%C3%A9",
        b'{"a": 1}',
        content_type="application/json",
        headers={
            "Idempotency-Key": "k",
            "Connection": "close, X-Mine",
            "X-Mine": "of this line",
            "TE": "trailers",
            "Cookie": "sessionid=secret",
        },
    )
    said = said_by(response)
    assert (response.status_code, said["method"], said["body"]) == (409, "POST", '{"a": 1}')
    assert (said["path"], said["query"]) == (QUOTES, "fast=1&name=%C3%A9")
    assert said["headers"]["HTTP_IDEMPOTENCY_KEY"] == "k"
    assert said["headers"]["HTTP_X_FORWARDED_HOST"] == "testserver"
    assert not {"HTTP_TE", "HTTP_X_MINE", "HTTP_COOKIE"} & said["headers"].keys()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Retry-After"] == "7"
    assert "Content-Encoding" not in response.headers  # The client has undone it.


def test_where_it_goes_is_not_said_by_the_client(front: Client) -> None:
    response = front.post(
        QUOTES, headers={"X-Forwarded-Host": "evil", "Forwarded": "host=evil", "Host": "localhost"}
    )
    headers = said_by(response)["headers"]
    assert headers["HTTP_X_FORWARDED_HOST"] == "localhost"
    assert "HTTP_FORWARDED" not in headers


def test_where_it_came_from_is_said_by_the_front(front: Client, settings: Any) -> None:
    def told() -> str:
        response = front.post(QUOTES, headers={"X-Forwarded-For": "6.6.6.6, 1.1.1.1"})
        return str(said_by(response)["headers"]["HTTP_X_FORWARDED_FOR"])

    assert told() == "127.0.0.1"
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    assert told() == "1.1.1.1"


def test_each_request_is_for_where_the_module_is_then(front: Client) -> None:
    elsewhere = wired().locations.of("shipping").url
    assert front.post(QUOTES, b"{}", content_type="application/json").status_code == 409
    use(Configured())
    here = front.post(QUOTES, b"{}", content_type="application/json")
    assert "errors" in said_by(here)
    use(Configured({"shipping": elsewhere}))
    assert front.post(QUOTES, b"{}", content_type="application/json").status_code == 409


def test_a_module_that_is_not_reached_is_unavailable(front: Client) -> None:
    use(Configured({"shipping": "http://127.0.0.1:1"}))
    response = front.post(QUOTES)
    assert (response.status_code, said_by(response)["code"]) == (503, "module-not-reached")


def test_a_long_response_is_passed_on_while_it_comes(elsewhere: Any) -> None:
    def application(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Length", str(3 * 512 * 1024))])
        return iter([b"x" * 512 * 1024] * 3)

    response = elsewhere(application).get(PRODUCTS)
    assert isinstance(response, StreamingHttpResponse)
    assert response.headers["Content-Length"] == str(3 * 512 * 1024)
    assert sum(map(len, response)) == 3 * 512 * 1024


def test_a_response_without_its_end_is_none(elsewhere: Any) -> None:
    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "20")])
        return [b"half of it"]

    response = elsewhere(application).get(PRODUCTS)
    assert isinstance(response, HttpResponse)
    assert (response.status_code, said_by(response)["code"]) == (503, "unavailable")


class TestWhoAsks:
    ASKS = Principal(
        kind=PrincipalKind.CUSTOMER, subject="ANATR", scopes=frozenset({"orders:read"}), plan="gold"
    )

    def token(self, keys: KeyFolder, *, caller: str, audience: str = "catalog") -> str:
        return Signer(keys, issuer="quarry").token(
            caller=caller, audience=audience, principal=self.ASKS
        )

    def asked(self, keys: KeyFolder, token: str) -> Any:
        """This gives what the module's own process makes of a request with the token."""
        before = wired()
        work_with(replace(before, verifier=Verifier(keys, issuer="quarry")))
        try:
            return Client().get(PRODUCTS, headers={"Authorization": f"Bearer {token}"})
        finally:
            work_with(before)

    @pytest.mark.django_db
    def test_is_told_by_the_front(self, keys: KeyFolder) -> None:
        response = self.asked(keys, self.token(keys, caller="gateway"))
        assert response.status_code == 200
        assert response.wsgi_request.principal == self.ASKS

    def test_is_told_by_nobody_else(self, keys: KeyFolder) -> None:
        assert self.asked(keys, self.token(keys, caller="catalog")).status_code == 401

    def test_is_told_for_one_module(self, keys: KeyFolder) -> None:
        token = self.token(keys, caller="gateway", audience="payments")
        assert self.asked(keys, token).status_code == 401

    def test_goes_along_when_a_request_is_passed_on(self, keys: KeyFolder, front: Client) -> None:
        theirs = bearer("ANATR", kind=PrincipalKind.CUSTOMER, scopes=["orders:read"], plan="gold")
        said = said_by(front.post(QUOTES, headers=theirs))
        scheme, _, token = said["headers"]["HTTP_AUTHORIZATION"].partition(" ")
        caller = Verifier(keys, issuer="quarry").caller(token, audience="shipping")
        asks = replace(self.ASKS, client_id="tests")
        assert (scheme, caller.module, caller.principal) == ("Bearer", "gateway", asks)

    def test_is_not_told_without_a_key(self, front: Client) -> None:
        work_with(replace(wired(), signer=None))
        assert said_by(front.post(QUOTES))["code"] == "cannot-forward"


def test_the_front_has_the_urls_of_modules_whose_code_is_elsewhere(settings: Any) -> None:
    settings.QUARRY_FORWARDS = True
    settings.QUARRY_MODULES = [
        module for module in settings.QUARRY_ALL_MODULES if module != "shipping"
    ]
    assert {str(one.pattern).split("/")[2] for one in urls_elsewhere()} == {"shipping"}
    settings.QUARRY_FORWARDS = False
    assert urls_elsewhere() == []


class TestAModuleThatIsMovedAwayUnderItsView:
    @pytest.mark.parametrize("error", [Moved, Fenced])
    def test_is_answered_for_at_its_new_place(
        self, front: Client, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
    ) -> None:
        elsewhere = wired().locations.of("shipping").url
        use(Configured())

        def refused(self: object, request: Any) -> None:
            assert request.data == {"a": 1}  # The view has read the body.
            use(Configured({"shipping": elsewhere}))
            raise error("the write was refused")

        monkeypatch.setattr(view_of(QUOTES), "post", refused)
        response = front.post(QUOTES, b'{"a": 1}', content_type="application/json")
        assert (response.status_code, said_by(response)["body"]) == (409, '{"a": 1}')

    def test_is_unavailable_where_it_has_no_new_place_yet(
        self, front: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        use(Configured())

        def refused(self: object, request: Any) -> None:
            raise Fenced("the write was refused")

        monkeypatch.setattr(view_of(QUOTES), "post", refused)
        response = front.post(QUOTES, b"{}", content_type="application/json")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "1")


@pytest.mark.parametrize("at_the_edge", [True, False])
@pytest.mark.parametrize("kind", [NotReached, AnswerLost, AttemptTimedOut])
def test_where_a_module_runs_is_told_to_nobody(
    front: Client, monkeypatch: pytest.MonkeyPatch, kind: type[Problem], at_the_edge: bool
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise kind("http://10.1.2.3:1/secret: no answer", url="http://10.1.2.3:1")

    if at_the_edge:
        monkeypatch.setattr(wired().transport, "exchange", fails)
    else:
        use(Configured())
        monkeypatch.setattr(view_of(QUOTES), "post", fails)
    response = front.post(QUOTES, b"{}", content_type="application/json")
    assert (response.status_code, said_by(response)["code"]) == (503, kind.code)
    assert b"10.1.2.3" not in response.content


def test_a_body_that_is_too_large_is_not_read(front: Client) -> None:
    response = front.post(QUOTES, b"x" * 2_621_441, content_type="application/json")
    assert (response.status_code, said_by(response)["code"]) == (413, "body-too-large")
