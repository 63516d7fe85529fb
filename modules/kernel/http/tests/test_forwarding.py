"""The front passes requests for modules elsewhere on, and back; and keeps some things back."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import URLPattern

from modules.kernel.http.forwarding import forwarded_urls
from modules.kernel.http.tests.served import served
from modules.kernel.interfaces import Configured, use, wired, work_with


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
def front(settings: Any) -> Iterator[list[URLPattern]]:
    """The patterns of a front for which shipping runs elsewhere."""
    before = wired()
    with served(application) as url:
        settings.QUARRY_FORWARDS = True
        settings.QUARRY_MODULES = ["gateway"]
        settings.QUARRY_LOCATIONS = {"shipping": url, "gateway": url}
        use(Configured(settings.QUARRY_LOCATIONS))
        yield list(forwarded_urls())
        wired().transport.close()
    work_with(before)


def test_a_request_goes_there_and_back(front: list[URLPattern]) -> None:
    request = RequestFactory().post(
        "/api/v1/shipping/quotes?fast=1&name=%C3%A9",
        b'{"a": 1}',
        content_type="application/json",
        headers={"Idempotency-Key": "k", "Connection": "close", "TE": "trailers"},
    )
    [view] = [one.callback for one in front if str(one.pattern) == "api/v1/shipping/quotes"]
    response = view(request)
    said = json.loads(response.content)
    assert (response.status_code, said["method"], said["body"]) == (409, "POST", '{"a": 1}')
    assert (said["path"], said["query"]) == ("/api/v1/shipping/quotes", "fast=1&name=%C3%A9")
    assert said["headers"]["HTTP_IDEMPOTENCY_KEY"] == "k"
    assert said["headers"]["HTTP_X_FORWARDED_HOST"] == "testserver"
    assert "HTTP_TE" not in said["headers"]
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Retry-After"] == "7"
    assert "Content-Encoding" not in response.headers  # The client has undone it.


def test_a_module_that_is_not_reached_is_unavailable(front: list[URLPattern]) -> None:
    use(Configured({"shipping": "http://127.0.0.1:1"}))
    response = front[0].callback(RequestFactory().get("/api/v1/shipping/quotes"))
    assert (response.status_code, json.loads(response.content)["code"]) == (
        503,
        "module-not-reached",
    )


def test_all_routes_of_modules_elsewhere_are_there_and_no_others(
    front: list[URLPattern],
) -> None:
    assert front
    assert {str(one.pattern).split("/")[2] for one in front} == {"shipping"}


def test_only_the_front_forwards(front: list[URLPattern], settings: Any) -> None:
    settings.QUARRY_FORWARDS = False
    assert list(forwarded_urls()) == []
