"""What the edge does with every request beside letting it in: other origins, bytes, deadlines."""

import gzip
import json
import time
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client, RequestFactory
from django.urls import resolve
from structlog.testing import capture_logs

from modules.kernel.contracts import new_id
from modules.kernel.http.compression import compressed
from modules.kernel.http.edge import EdgeMiddleware
from modules.kernel.http.testing import customer
from modules.kernel.interfaces import current_call
from modules.kernel.manifests import Audience, Route
from modules.kernel.pages.content_policy import POLICY

OURS, THEIRS = "https://shop.example", "https://elsewhere.example"
PRODUCTS = "/web/products"
BODY = {"words": ["granite"] * 100}
WEB = Route(path="web/things", methods=("GET",), audience=Audience.PUBLIC, bff=("web",))
OWN = Route(path="api/things", methods=("GET",), audience=Audience.PUBLIC)


@pytest.fixture(autouse=True)
def origins(settings: Any) -> None:
    settings.QUARRY_ORIGINS = {"web": [OURS], "partner": ["https://portal.example"]}


def answered(
    route: Route, *, content_type: str = "application/json", cookies: dict[str, str] | None = None
) -> Any:
    """This is an answer as it leaves the edge."""
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    request.COOKIES.update(cookies or {})
    request.route = route  # type: ignore[attr-defined]  # as the edge sets it
    return compressed(request, JsonResponse(BODY, content_type=content_type))


def preflight(path: str, origin: str) -> Any:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return Client().options(path, headers=asked)


class TestPagesOfOtherOrigins:
    def test_may_ask_what_the_table_has_if_they_are_named(self) -> None:
        answer = preflight("/web/basket/lines/MUG", OURS)
        assert answer.status_code == 204
        assert answer.headers["Access-Control-Allow-Origin"] == OURS
        assert answer.headers["Access-Control-Allow-Methods"] == "PUT"
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert answer.headers["Vary"] == "Origin"

    @pytest.mark.parametrize(
        ("path", "origin"),
        [
            (PRODUCTS, THEIRS),
            ("/mobile/orders", OURS),
            ("/partner/v1/orders", OURS),
            ("/api/v1/orders", OURS),
        ],
    )
    def test_may_not_elsewhere(self, path: str, origin: str) -> None:
        answer = preflight(path, origin)
        assert not [name for name in answer.headers if name.startswith("Access-Control")]

    def test_of_partners_come_without_cookies(self) -> None:
        answer = preflight("/partner/v1/orders", "https://portal.example")
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST"
        assert "Access-Control-Allow-Credentials" not in answer.headers

    def test_can_read_why_they_were_refused(self) -> None:
        answer = Client().get("/partner/v1/orders", headers={"Origin": "https://portal.example"})
        assert answer.status_code == 401
        assert answer.headers["Access-Control-Allow-Origin"] == "https://portal.example"
        assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]


class TestCompression:
    def test_makes_a_front_ends_json_small(self) -> None:
        answer = answered(WEB)
        assert answer.headers["Content-Encoding"] == "gzip"
        assert json.loads(gzip.decompress(answer.content)) == BODY
        assert "Accept-Encoding" in answer.headers["Vary"]

    def test_leaves_what_a_session_has_asked_for(self, settings: Any) -> None:
        answer = answered(WEB, cookies={settings.SESSION_COOKIE_NAME: "somebody"})
        assert "Content-Encoding" not in answer.headers

    def test_leaves_events(self) -> None:
        answer = answered(WEB, content_type="text/event-stream; charset=utf-8")
        assert "Content-Encoding" not in answer.headers

    def test_leaves_the_modules_own_interface(self) -> None:
        assert "Content-Encoding" not in answered(OWN).headers


class TestTheAccessLog:
    def test_tells_of_a_request_and_nothing_that_is_secret(self, settings: Any) -> None:
        settings.QUARRY_ACCESS_LOG = True
        name, token = f"ann-{new_id()}", customer("ann")
        with capture_logs() as lines:
            client = Client(headers=customer(name))
            client.get("/shop/art/tea/secret-sku.svg?token=secret-word")
        [line] = [one for one in lines if one["event"] == "request"]
        assert line["request_id"]
        assert line["route"] == "shop/art/<slug:category>/<str:sku>.svg"
        assert (line["method"], line["status"]) == ("GET", 200)
        assert line["client"] == f"customer:{name} tests"
        assert line["duration_ms"] > 0
        said = json.dumps(line)
        assert "secret" not in said
        assert token["Authorization"].split(".")[-1] not in said

    def test_tells_of_strangers_by_their_address(self, settings: Any) -> None:
        settings.QUARRY_ACCESS_LOG = True
        with capture_logs() as lines:
            Client().get("/nothing-is-here")
        [line] = [one for one in lines if one["event"] == "request"]
        assert (line["client"], line["route"], line["status"]) == ("anonymous:127.0.0.1", "", 404)

    def test_does_not_tell_of_probes(self, settings: Any) -> None:
        settings.QUARRY_ACCESS_LOG = True
        with capture_logs() as lines:
            assert Client().get("/healthz").status_code == 200
        assert [one for one in lines if one["event"] == "request"] == []


def test_a_view_has_as_long_as_its_route_says() -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        request.resolver_match = match = resolve("/shop/art/tea/1.svg")
        assert edge.process_view(request, match.func, match.args, match.kwargs) is None
        deadline = current_call().deadline
        assert deadline is not None
        assert began < deadline <= time.monotonic() + 30.0
        return HttpResponse()

    began = time.monotonic()
    edge = EdgeMiddleware(answer)
    edge(RequestFactory().get("/shop/art/tea/1.svg"))
    assert current_call().deadline is None


def test_what_a_module_answers_has_the_content_policy(client: Client) -> None:
    response = client.get("/shop/art/kitchen/MUG.svg")
    assert response.headers["Content-Security-Policy"] == POLICY
