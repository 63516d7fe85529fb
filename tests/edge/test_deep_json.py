"""JSON that is nested deeper than anybody reads is refused (400), wherever it comes in."""

import base64
import json

import pytest
from django.test import Client

from modules.kernel.http.testing import bearer
from modules.kernel.manifests import Audience
from tests.edge.test_access import ENTRIES, GUARDED, ask, path_of

DEEP = b"[" * 100_000
WRITING = [name for name in ENTRIES if name.partition(" ")[0] in ("POST", "PUT", "PATCH")]
#: Those that read a body before they look anything up: what makes something, and what puts a
#: thing that is nobody's.
READING = [
    name
    for name in WRITING
    if (route := ENTRIES[name][0].route).path == "web/checkout"
    or (route.audience is Audience.SCOPES and ("<" not in route.path or route.shared))
]


def send(name: str) -> tuple[int, str]:
    entry, method = ENTRIES[name]
    shown = {} if entry.route.audience is Audience.PUBLIC else bearer()
    answer = Client(headers={**shown, "Idempotency-Key": "deep"}).generic(
        method, path_of(entry), DEEP, content_type="application/json"
    )
    return answer.status_code, answer.headers.get("Content-Type", "")


@pytest.mark.django_db
@pytest.mark.parametrize("name", WRITING)
def test_a_deep_body_breaks_no_route(name: str) -> None:
    assert send(name)[0] < 500


@pytest.mark.django_db
@pytest.mark.parametrize("name", READING)
def test_a_deep_body_is_refused_as_malformed_ones_are(name: str) -> None:
    assert send(name) == (400, "application/problem+json")


@pytest.mark.django_db
@pytest.mark.parametrize("body", [DEEP, json.dumps({"schema": DEEP.decode()}).encode()])
def test_a_deep_schema_is_refused(body: bytes) -> None:
    answer = Client().post(
        "/internal/schema-registry/subjects/deep/versions", body, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["error_code"]) == (400, 400)


@pytest.mark.parametrize("header", [b'{"alg":"RS256"}', b'{"typ":"quarry-call+jwt"}'])
def test_a_deep_token_is_refused(header: bytes) -> None:
    deep = b'{"a":' + b"[" * 5_000
    token = ".".join(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in (header, deep))
    assert ask(GUARDED[0], {"Authorization": f"Bearer {token}.eA"}).status_code == 401
