"""Limits: what is counted, for whom, where, and what is said of it."""

import subprocess
import sys
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from modules.kernel.contracts import ANONYMOUS, Principal, PrincipalKind, new_id
from modules.kernel.http.edge import EdgeMiddleware
from modules.kernel.http.limiting import LimitsUnknown, RateLimits, _rate_limits
from modules.kernel.http.problems import TooManyRequests
from modules.kernel.http.route_table import Entry
from modules.kernel.http.testing import customer
from modules.kernel.manifests import Audience, Route

ANN = Principal(kind=PrincipalKind.CUSTOMER, subject="ann")


def entry(limit: str = "", path: str = "things") -> Entry:
    route = Route(path=path, methods=("GET",), audience=Audience.PUBLIC, limit=limit)
    return Entry(module="shop", route=route, name=f"GET /{path}")


def in_memory(**plans: str) -> RateLimits:
    return RateLimits("memory://", plans=plans, fails_open=False)


def taken_by(limits: RateLimits, who: Principal, *, asks: int, address: str = "1.1.1.1") -> int:
    """This asks so many times, and gives how often it was let through."""
    free = 0
    for _ in range(asks):
        try:
            limits.take(entry(), who, address=address)
            free += 1
        except TooManyRequests:
            pass
    return free


class TestAPlan:
    def test_is_each_clients_own(self) -> None:
        limits = in_memory(customer="3/hour")
        bob = Principal(kind=PrincipalKind.CUSTOMER, subject="bob")
        assert taken_by(limits, ANN, asks=5) == 3
        assert taken_by(limits, bob, asks=5) == 3

    def test_may_be_another_than_the_usual(self) -> None:
        limits = in_memory(customer="3/hour", gold="7/hour")
        gold = Principal(kind=PrincipalKind.CUSTOMER, subject="ann", plan="gold")
        assert taken_by(limits, gold, asks=9) == 7

    def test_of_nobody_in_particular_is_by_address(self) -> None:
        limits = in_memory(anonymous="2/hour")
        assert taken_by(limits, ANONYMOUS, asks=4, address="1.1.1.1") == 2
        assert taken_by(limits, ANONYMOUS, asks=4, address="2.2.2.2") == 2

    def test_may_be_without_end(self) -> None:
        assert taken_by(in_memory(customer=""), ANN, asks=50) == 50


def test_a_route_has_a_limit_of_its_own() -> None:
    limits = in_memory(customer="100/hour")
    dear = entry("1/hour", "dear")
    left = limits.take(dear, ANN, address="")
    assert left is not None
    assert left.headers == {
        "RateLimit-Policy": '"route";q=1;w=3600',
        "RateLimit": f'"route";r=0;t={left.reset_seconds}',
    }
    with pytest.raises(TooManyRequests) as refused:
        limits.take(dear, ANN, address="")
    assert 3_590 < refused.value.retry_after_seconds <= 3_600  # type: ignore[attr-defined]  # a fact
    assert limits.take(entry(), ANN, address="") is not None


class TestWhatCannotBeCounted:
    URL = "redis://127.0.0.1:1/0"

    def test_is_let_through_where_it_fails_open(self) -> None:
        limits = RateLimits(self.URL, plans={"customer": "1/hour"}, fails_open=True)
        assert taken_by(limits, ANN, asks=3) == 3

    def test_is_refused_where_it_fails_closed(self) -> None:
        limits = RateLimits(self.URL, plans={"customer": "1/hour"}, fails_open=False)
        with pytest.raises(LimitsUnknown):
            limits.take(entry(), ANN, address="")


@pytest.mark.django_db
class TestGuessing:
    """Whoever guesses says each time that they are somebody else; what stays is the address."""

    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("/oauth/token", {"grant_type": "client_credentials", "client_id": "acme"}),
            ("/oauth/revoke", {"client_id": "acme", "token": "t"}),
            ("/admin/login/", {"username": "ann"}),
            ("/account/login", {"username": "ann"}),
        ],
    )
    def test_is_over_after_sixty_in_a_minute(self, path: str, said: dict[str, str]) -> None:
        for _ in range(60):
            guess = {"client_secret": new_id(), "password": new_id()}
            assert Client().post(path, said | guess).status_code in (200, 401, 422)
        refused = Client().post(path, said)
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
        assert int(refused.headers["Retry-After"]) > 0

    @pytest.mark.parametrize("path", ["/account/login", "/account/new"])
    def test_goes_no_further_as_a_guest_or_with_an_account(self, path: str) -> None:
        assert 429 in {Client().get(path).status_code for _ in range(61)}
        user = Client()
        user.force_login(User.objects.create_user("bob"))
        assert user.get(path).status_code == 429
        assert guest().get(path).status_code == 429
        assert guest().get(path, REMOTE_ADDR="1.1.1.1").status_code == 200

    def test_holds_back_no_probe(self) -> None:
        assert {Client().get("/healthz").status_code for _ in range(70)} == {200}


def guest() -> Client:
    """This is a browser with a session of its own, in which nobody has logged in."""
    browser = Client()
    session = browser.session
    session["quarry_subject"] = str(new_id())
    session.save()
    return browser


@pytest.mark.django_db
def test_are_one_for_all_guests_of_an_address(settings: Any) -> None:
    settings.QUARRY_PLANS = {"": "2/hour"}
    address, path = f"guests-{new_id()}", "/mobile/orders"
    answers = [guest().get(path, REMOTE_ADDR=address).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    with_account = guest()
    with_account.force_login(User.objects.create_user("bob"))
    assert with_account.get(path, REMOTE_ADDR=address).status_code == 200


def answer_to(said: str, *, neighbour: str = "10.0.0.1") -> int:
    headers = {"X-Forwarded-For": said}
    return guest().get("/mobile/orders", headers=headers, REMOTE_ADDR=neighbour).status_code


@pytest.mark.django_db
def test_are_of_the_address_that_a_trusted_proxy_has_seen(settings: Any) -> None:
    settings.QUARRY_PLANS = {"": "1/hour"}
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    assert answer_to("1.1.1.1") == 200
    # What else the client says of itself makes no difference, nor which of the proxies it is.
    assert answer_to("9.9.9.9, 1.1.1.1", neighbour="10.0.0.2") == 429
    assert answer_to("8.8.8.8,9.9.9.9 ,1.1.1.1") == 429
    assert answer_to("1.1.1.1, 2.2.2.2") == 200


@pytest.mark.django_db
def test_are_of_the_neighbour_where_no_proxy_is_trusted(settings: Any) -> None:
    settings.QUARRY_PLANS = {"": "1/hour"}
    assert (answer_to("1.1.1.1"), answer_to("2.2.2.2")) == (200, 429)


def test_is_said_in_each_response(settings: Any) -> None:
    settings.QUARRY_PLANS = {"customer": "1/hour"}
    client = Client(headers=customer(f"limited-{new_id()}"))
    first, second = client.get("/api/v1/catalog/nothing"), None
    path = "/shop/art/tea/1.svg"
    first, second = client.get(path), client.get(path)
    assert first.headers["RateLimit-Policy"] == '"customer";q=1;w=3600'
    assert first.headers["RateLimit"].startswith('"customer";r=0;t=')
    assert (second.status_code, second.json()["code"]) == (429, "too-many-requests")
    assert 3_590 < int(second.headers["Retry-After"]) <= 3_600


def test_are_made_before_there_are_threads_that_need_them() -> None:
    _rate_limits.cache_clear()
    EdgeMiddleware(lambda request: HttpResponse())
    assert _rate_limits.cache_info().currsize == 1


def test_holds_across_processes(redis_server: str) -> None:
    """Four processes ask for three times what there is; they get what there is, within 5%."""
    prefix = f"test-{new_id()}"
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.edge.asking",
                redis_server,
                prefix,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    free = sum(int(process.communicate()[0]) for process in processes)
    assert abs(free - 400) <= 20
