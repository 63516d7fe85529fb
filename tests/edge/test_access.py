"""Each route of the table, probed: without a token, and with too little leave."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from modules.kernel.contracts import PrincipalKind
from modules.kernel.http.route_table import Entry, route_table
from modules.kernel.http.testing import bearer
from modules.kernel.manifests import Audience
from tests.edge.owned import ASKED_FOR_INSIDE, OWNED

#: What a placeholder of a path stands for; a request is refused before anything is looked up.
_FILLED = {"int": "1", "slug": "tea", "path": "a/b"}

ENTRIES = {
    f"{method} /{entry.route.path}": (entry, method)
    for entry in route_table().entries
    for method in entry.route.methods
}
GUARDED = [
    name
    for name, (entry, _) in ENTRIES.items()
    if entry.route.audience in (Audience.SCOPES, Audience.STAFF)
]


def path_of(entry: Entry) -> str:
    filled = re.sub(
        r"<(?:(\w+):)?\w+>", lambda found: _FILLED.get(found[1] or "", "x"), entry.route.path
    )
    return f"/{filled}"


def ask(name: str, headers: dict[str, str]) -> Any:
    entry, method = ENTRIES[name]
    return Client(headers=headers).generic(
        method, path_of(entry), b"{}", content_type="application/json"
    )


def route_of(method: str, path: str) -> str:
    """This names the route that a path of `OWNED` is answered by."""
    found = resolve(path.partition("?")[0])
    return f"{method} /{route_table().methods_of(found.route)[method].route.path}"


class TestTheTable:
    def test_has_every_url_that_is_served(self) -> None:
        served = set(patterns(get_resolver().url_patterns))
        assert [route for route in served if not route_table().methods_of(route)] == []

    def test_says_for_every_route_who_may_use_it(self) -> None:
        assert [one.name for one in route_table().entries if one.route.audience is None] == []

    def test_names_no_scope_that_nobody_can_be_given(self) -> None:
        named = {scope for one in route_table().entries for scope in one.route.scopes}
        assert named <= set(settings.QUARRY_SCOPES)

    def test_names_every_scope_that_somebody_can_be_given(self) -> None:
        named = {scope for one in route_table().entries for scope in one.route.scopes}
        # One that nothing asks for is of a route that is gone: take it out of QUARRY_SCOPES.
        assert set(settings.QUARRY_SCOPES) - named == set(ASKED_FOR_INSIDE)

    def test_says_of_every_route_with_an_id_whose_the_thing_is(self) -> None:
        owned = {route_of(method, path) for method, path, _, _ in OWNED}
        # Whoever may read orders could read anybody's, and no other test would say so: put the
        # route into OWNED, or say in its manifest by `shared = "…"` why nobody owns the thing.
        assert [
            name
            for name, (entry, _) in ENTRIES.items()
            if entry.route.audience is Audience.SCOPES
            and "<" in entry.route.path
            and not entry.route.shared
            and name not in owned
        ] == []

    def test_gives_everybody_nothing_but_reading_and_the_shop(self) -> None:
        public = {
            name
            for name, (entry, method) in ENTRIES.items()
            if entry.route.audience is Audience.PUBLIC and method != "GET"
        }
        assert all(
            name.partition(" ")[2].startswith(("/shop/", "/account/", "/web/")) for name in public
        )


class TestEachRoute:
    @pytest.fixture(autouse=True)
    def _operators_log_in(self, settings: Any) -> None:
        settings.QUARRY_CONSOLE_FOR_STAFF = True

    @pytest.mark.parametrize("name", GUARDED)
    def test_refuses_who_shows_nothing(self, name: str) -> None:
        answer = ask(name, {})
        if ENTRIES[name][0].route.audience is Audience.STAFF and answer.status_code == 302:
            assert answer.headers["Location"].startswith("/admin/login/")
            return
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    def test_tells_whoever_develops_which_command_prints_a_token(self, settings: Any) -> None:
        name = next(one for one in GUARDED if ENTRIES[one][0].route.scopes)
        scopes = " ".join(ENTRIES[name][0].route.scopes)
        said = ask(name, {}).json()["detail"]
        assert f'manage.py token --subject ME --scopes "{scopes}"' in said
        settings.QUARRY_TOKEN_COMMAND = False  # As in production.
        assert "manage.py" not in ask(name, {}).json()["detail"]

    @pytest.mark.parametrize("name", GUARDED)
    def test_refuses_a_token_that_is_not_good(self, name: str) -> None:
        assert ask(name, {"Authorization": "Bearer x.y.z"}).status_code == 401

    @pytest.mark.parametrize("name", GUARDED)
    def test_refuses_a_token_without_its_scopes(self, name: str) -> None:
        needed = set(ENTRIES[name][0].route.scopes)
        others = [scope for scope in settings.QUARRY_SCOPES if scope not in needed]
        answer = ask(name, bearer("ann", scopes=others, kind=PrincipalKind.CUSTOMER))
        assert answer.status_code == 403
        assert answer.json()["code"] in ("insufficient-scope", "not-for-you")

    @pytest.mark.parametrize(
        "name", [n for n in GUARDED if ENTRIES[n][0].route.audience is Audience.STAFF]
    )
    def test_of_the_house_refuses_a_service(self, name: str) -> None:
        assert ask(name, bearer()).status_code == 403

    @pytest.mark.parametrize(
        "name", [n for n, (e, _) in ENTRIES.items() if e.route.audience is Audience.PUBLIC]
    )
    def test_for_everybody_refuses_a_token_that_is_not_good(self, name: str) -> None:
        # One that shows something bad is not taken for one that shows nothing.
        assert ask(name, {"Authorization": "Bearer x.y.z"}).status_code == 401


def patterns(found: list[URLPattern | URLResolver], before: str = "") -> Any:
    for one in found:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, path)
        else:
            yield path
