"""Routes of a manifest: what is refused, with the way to mend it."""

from datetime import date
from typing import Any

import pytest

from modules.kernel.manifests.routes import Audience, RouteError, read_route

GOOD: dict[str, Any] = {"path": "api/things", "methods": ["GET"], "audience": "public"}


def test_a_route_is_read() -> None:
    said = GOOD | {"audience": "scopes", "scopes": ["things:read"], "bff": ["web"]}
    route = read_route(said, place="module.toml")
    assert (route.audience, route.scopes, route.bff) == (
        Audience.SCOPES,
        ("things:read",),
        ("web",),
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"audience": "anybody"}, "say who may use it: audience = 'public' or 'scopes'"),
        ({"audience": "scopes"}, "a list of scopes belong together"),
        ({"scopes": ["things:read"]}, "a list of scopes belong together"),
        ({"audiences": "public"}, "unknown key 'audiences'"),
        ({"sunset": date(2027, 1, 1)}, "it is deprecated first"),
        ({"deprecated": date(2027, 1, 2), "sunset": date(2027, 1, 1)}, "it is deprecated first"),
        ({"deprecated": "2027-01-01"}, "deprecated is a day"),
    ],
)
def test_a_wrong_one_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(RouteError, match="route /api/things") as raised:
        read_route(GOOD | change, place="module.toml")
    assert words in str(raised.value)


def test_a_route_that_does_not_say_for_whom_it_is_is_refused() -> None:
    with pytest.raises(RouteError, match="say who may use it"):
        read_route({"path": "api/things", "methods": ["GET"]}, place="module.toml")


def test_its_end_is_told_in_headers() -> None:
    ends = GOOD | {"deprecated": date(2027, 1, 1), "sunset": date(2027, 7, 1)}
    assert read_route(ends, place="module.toml").headers == {
        "Deprecation": "@1798761600",
        "Sunset": "Thu, 01 Jul 2027 00:00:00 GMT",
    }
