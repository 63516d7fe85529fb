"""Two releases of a module elsewhere: who is answered by which, and what is asked of both."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from structlog.testing import capture_logs

from modules.kernel.http.releases import release_for
from modules.kernel.http.testing import customer
from modules.kernel.http.tests.served import served
from modules.kernel.interfaces import Binding, Configured, Location, Wiring, wired, work_with
from modules.kernel.interfaces.tokens import KeyFolder, Signer, make_keys
from modules.kernel.messaging.tests.waiting import wait_until

OLD = Location(binding=Binding.REMOTE, url="http://old.internal")
NEW = "http://new.internal"
PRODUCTS = "/api/v1/catalog/products"


def among(clients: int) -> set[str]:
    """These are those of so many clients who come to the new release."""
    names = [f"customer:{number}" for number in range(clients)]
    return {name for name in names if release_for(name, module="shipping", location=OLD).url == NEW}


class TestACanary:
    def test_answers_its_share_of_the_clients(self, settings: Any) -> None:
        settings.QUARRY_RELEASES = {"shipping": {"url": NEW, "percent": 10}}
        assert 60 < len(among(1_000)) < 140

    def test_keeps_its_clients_when_its_share_grows(self, settings: Any) -> None:
        settings.QUARRY_RELEASES = {"shipping": {"url": NEW, "percent": 5}}
        first = among(1_000)
        settings.QUARRY_RELEASES = {"shipping": {"url": NEW, "percent": 50}}
        assert first < among(1_000)
        settings.QUARRY_RELEASES = {"shipping": {"url": NEW, "percent": 100}}
        assert len(among(1_000)) == 1_000

    def test_takes_nothing_from_a_module_that_is_here(self, settings: Any) -> None:
        settings.QUARRY_RELEASES = {"shipping": {"url": NEW, "percent": 100}}
        assert release_for("ann", module="shipping", location=Location()) == Location()

    def test_is_refused_at_an_address_that_is_none(self, settings: Any) -> None:
        settings.QUARRY_RELEASES = {"shipping": {"url": "somewhere", "percent": 100}}
        with pytest.raises(ValueError, match="QUARRY_MODULES_SHIPPING is 'somewhere'"):
            release_for("ann", module="shipping", location=OLD)


class Serving:
    """This is a release that says its name, and remembers what it was asked."""

    def __init__(self, name: str, status: str = "200 OK") -> None:
        self.name = name
        self.status = status
        self.asked: list[str] = []
        self.go = threading.Event()
        self.go.set()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.asked.append(environ["REQUEST_METHOD"])
        self.go.wait(30)
        start_response(self.status, [("Content-Length", str(len(self.name)))])
        return [self.name.encode()]


@pytest.fixture
def releases(tmp_path: Path, settings: Any) -> Iterator[tuple[Serving, Serving]]:
    """Two releases of catalog; which of them answers is for the test to say."""
    old, new = Serving("old"), Serving("new")
    make_keys(tmp_path, "gateway")
    before = wired()
    with ExitStack() as until:
        urls = [until.enter_context(served(one)) for one in (old, new)]
        work_with(
            Wiring(
                locations=Configured({"catalog": urls[0]}),
                signer=Signer(KeyFolder(tmp_path), issuer="quarry"),
            )
        )
        settings.QUARRY_RELEASES = {"catalog": {"url": urls[1]}}
        yield old, new
        new.go.set()
        wired().transport.close()
    work_with(before)


def share(settings: Any, **percent: float) -> None:
    settings.QUARRY_RELEASES = {"catalog": settings.QUARRY_RELEASES["catalog"] | percent}


class TestAtTheEdge:
    def test_a_client_comes_to_its_release(
        self, releases: tuple[Serving, Serving], settings: Any
    ) -> None:
        client = Client(headers=customer("ann"))
        assert client.get(PRODUCTS).content == b"old"
        share(settings, percent=100)
        assert client.get(PRODUCTS).content == b"new"

    def test_a_shadow_is_waited_for_by_nobody_and_told_of_where_it_differs(
        self, releases: tuple[Serving, Serving], settings: Any
    ) -> None:
        _, new = releases
        share(settings, mirror=100)
        new.status = "500 Broken"
        new.go.clear()
        with capture_logs() as said:
            assert Client(headers=customer("ann")).get(PRODUCTS).content == b"old"
            new.go.set()
            wait_until(lambda: any(one["event"] == "shadow_differs" for one in said), what="told")
        [told] = [one for one in said if one["event"] == "shadow_differs"]
        assert (told["module"], told["status"], told["shadow"]) == ("catalog", 200, 500)

    def test_nothing_that_changes_something_casts_a_shadow(
        self, releases: tuple[Serving, Serving], settings: Any
    ) -> None:
        _, new = releases
        share(settings, mirror=100)
        client = Client(headers=customer("ann", scopes=["catalog:write"]))
        assert client.put(f"{PRODUCTS}/MUG", {}, "application/json").content == b"old"
        client.get(PRODUCTS)
        wait_until(lambda: bool(new.asked), what="the shadow of the reading")
        assert new.asked == ["GET"]
