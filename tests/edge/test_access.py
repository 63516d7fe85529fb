"""Each route of the table, probed: without a token, with too little leave, as somebody else."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from modules.kernel.contracts import PrincipalKind
from modules.kernel.http.route_table import Entry, route_table
from modules.kernel.http.testing import bearer, customer
from modules.kernel.manifests import Audience
from modules.kernel.messaging.testing import drain
from tests.journeys.conftest import Shop
from tests.topologies.plugin import System

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
#: What is asked for on behalf of others, with the status for the owner and for somebody else. A
#: route with an id in its path stands here, or its manifest says by `shared` why nobody owns it.
OWNED = [
    ("GET", "/api/v1/orders/{order}", 200, 404),
    ("POST", "/api/v1/orders/{order}/cancel", 409, 404),
    ("GET", "/api/v1/payments/{order}", 200, 404),
    ("GET", "/api/v1/shipping/shipments/{order}", 200, 404),
    ("POST", "/api/v1/shipping/shipments/{order}/return", 200, 404),
    ("GET", "/api/v1/notifications?order_id={order}", 200, 404),
    ("GET", "/api/v1/payments/accounts/ANATR", 200, 404),
    ("GET", "/api/v1/payments/accounts/ANATR/entries", 200, 404),
    ("POST", "/api/v1/payments/accounts/ANATR/deposits", 200, 403),
    ("POST", "/api/v1/payments/accounts/ANATR/withdrawals", 200, 403),
    ("GET", "/api/v1/orders?customer_id=ANATR", 200, 403),
    ("GET", "/api/v1/orders/history?customer_id=ANATR", 200, 403),
    ("GET", "/mobile/orders/{order}", 200, 404),
    ("GET", "/partner/v1/orders/{order}", 200, 404),
    ("POST", "/partner/v1/orders/{order}/cancel", 409, 404),
    ("GET", "/partner/v1/imports/{import}", 200, 404),
    ("GET", "/partner/v1/webhooks/{endpoint}", 200, 404),
    ("PATCH", "/partner/v1/webhooks/{endpoint}", 200, 404),
    ("DELETE", "/partner/v1/webhooks/{endpoint}", 204, 404),
    ("POST", "/partner/v1/webhooks/{endpoint}/secret", 201, 404),
    ("GET", "/partner/v1/webhooks/{endpoint}/deliveries", 200, 404),
    ("POST", "/partner/v1/webhooks/{endpoint}/replay", 202, 404),
]

#: Scopes that no route asks for as a whole, and what does.
ASKED_FOR_INSIDE = {"orders:import": "an order, if it names prices of its own"}


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
        said = ask("GET /api/v1/orders", {}).json()["detail"]
        assert 'manage.py token --subject ME --scopes "orders:read"' in said
        settings.QUARRY_TOKEN_COMMAND = False  # As in production.
        assert "manage.py" not in ask("GET /api/v1/orders", {}).json()["detail"]

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


SHIP_TO = {
    "name": "Ana Trujillo",
    "line1": "Avda. de la Constitución 2222",
    "city": "México",
    "postal_code": "05021",
    "country": "Mexico",
}
MONEY = {"entry_id": "1", "amount_minor": 5, "currency": "USD"}
IMPORTED = {
    "reference": "a",
    "currency": "USD",
    "lines": [{"sku": "TEA", "quantity": 1}],
    "ship_to": SHIP_TO,
    "payment_token": "tok_ok",
}


def asks(path: str, subject: str) -> dict[str, str]:
    """This gives the header of a partner on the partners' front, of a customer elsewhere."""
    is_partners = path.startswith("/partner/")
    return bearer(
        subject,
        scopes=scopes_of(is_partners),
        kind=PrincipalKind.PARTNER if is_partners else PrincipalKind.CUSTOMER,
    )


def scopes_of(is_partners: bool) -> Iterable[str]:
    return [one for one in settings.QUARRY_SCOPES if one.startswith("partner:") is is_partners]


def send(headers: dict[str, str], method: str, path: str, body: object) -> Any:
    return Client(headers=headers).generic(
        method, path, json.dumps(body), content_type="application/json"
    )


@pytest.mark.django_db(transaction=True)
class TestAnotherCustomer:
    """ANATR has ordered, and has an account, an import and a webhook; BLONP asks."""

    @pytest.fixture
    def things(self) -> dict[str, str]:
        """This gives the ids of what ANATR owns."""
        shop = Shop(System(client=Client(headers=bearer()), drain=drain))
        shop.sell("TEA", on_hand=10)
        order_id = shop.place({"TEA": 1})
        shop.deliver()
        send(bearer(), "POST", "/api/v1/payments/accounts/ANATR/deposits", MONEY)
        partner = asks("/partner/v1", "ANATR") | {"Idempotency-Key": "1"}
        imported = send(partner, "POST", "/partner/v1/imports", {"orders": [IMPORTED]})
        hook = {"url": "https://anatr.example/hooks"}
        made = send(partner, "POST", "/partner/v1/webhooks", hook)
        return {
            "order": order_id,
            "import": imported.json()["import_id"],
            "endpoint": made.json()["endpoint"]["endpoint_id"],
        }

    @pytest.mark.parametrize(("method", "path", "own", "others"), OWNED)
    def test_is_told_nothing_and_changes_nothing(
        self, things: dict[str, str], method: str, path: str, own: int, others: int
    ) -> None:
        path = path.format_map(things)
        body = MONEY | {"entry_id": "2"} if "/accounts/" in path else {}
        for subject, status in (("BLONP", others), ("ANATR", own)):
            answer = send(asks(path, subject), method, path, body)
            assert answer.status_code == status, (subject, answer.content)

    def test_lists_their_own_orders_only(self, things: dict[str, str]) -> None:
        for path in ("/api/v1/orders", "/api/v1/orders/history"):
            assert Client(headers=customer("BLONP")).get(path).json()["orders"] == []
            [mine] = Client(headers=customer("ANATR")).get(path).json()["orders"]
            assert mine["order_id"] == things["order"]

    def test_orders_in_their_own_name_only(self) -> None:
        assert placed_by("BLONP", for_customer="ANATR") == (403, "not-your-order")
        assert placed_by("ANATR", for_customer="ANATR") == (202, "")


@pytest.mark.django_db(transaction=True)
class TestAgreedPrices:
    @pytest.mark.parametrize("agreed", [{"unit_price_minor": 1}, {"discount_percent": 50}])
    def test_need_their_scope(self, agreed: dict[str, int]) -> None:
        usual = ["orders:write"]
        assert placed_by("ANATR", scopes=usual, line=agreed) == (403, "prices-not-agreed")
        assert placed_by("ANATR", scopes=[*usual, "orders:import"], line=agreed) == (202, "")


def placed_by(
    subject: str,
    *,
    for_customer: str = "ANATR",
    scopes: list[str] | None = None,
    line: Mapping[str, int] | None = None,
) -> tuple[int, str]:
    """This places an order, and gives the status and the code of the answer."""
    body = {
        "customer_id": for_customer,
        "currency": "USD",
        "lines": [{"sku": "TEA", "quantity": 1, **(line or {})}],
        "ship_to": SHIP_TO,
        "payment_token": "tok_ok",
    }
    answer = Client(headers=customer(subject, scopes=scopes)).post(
        "/api/v1/orders",
        json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": f"{subject}{for_customer}{scopes}"},
    )
    return answer.status_code, answer.json().get("code", "")


def patterns(found: list[URLPattern | URLResolver], before: str = "") -> Any:
    for one in found:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, path)
        else:
            yield path
