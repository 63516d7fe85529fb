"""An order's page while modules run elsewhere: the same; are down: without them; hang: in time.

What runs elsewhere is asked over real HTTP. It is this process too, so that for the parts of the
page alone a module is elsewhere.
"""

import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from modules.kernel import interfaces
from modules.kernel.http.testing import customer
from modules.kernel.http.tests.served import served
from modules.kernel.interfaces import Binding, Location
from modules.kernel.interfaces.tokens import KeyFolder, Signer, Verifier, make_keys
from modules.kernel.messaging.testing import drain
from tests.fronts.conftest import Known

pytestmark = pytest.mark.django_db(transaction=True)

_HERE = Location()


class Elsewhere:
    """These are the locations as the parts of an answer see them."""

    def __init__(self) -> None:
        self.urls: Mapping[str, str] = {}

    def of(self, module: str) -> Location:
        url = self.urls.get(module, "")
        if not url or not threading.current_thread().name.startswith("part"):
            return _HERE
        return Location(binding=Binding.REMOTE, url=url)

    def refresh(self) -> None:
        """There is nothing to look at again."""


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    folder: Path = tmp_path_factory.mktemp("keys")
    make_keys(folder, "gateway")
    keys, issuer = KeyFolder(folder), settings.QUARRY_INTERNAL_ISSUER
    before, locations = interfaces.wired(), Elsewhere()
    interfaces.work_with(
        replace(
            before,
            locations=locations,
            signer=Signer(keys, issuer=issuer),
            verifier=Verifier(keys, issuer=issuer),
        )
    )
    yield locations
    interfaces.work_with(before)


@pytest.fixture
def read(known: Known) -> Any:
    """This reads the page of an order of whoever is a customer called as the partner is."""
    drain()
    browser = Client(headers=customer("acme"))
    return lambda: browser.get(f"/web/orders/{known.ids['order_id']}")


def test_is_the_same_whoever_runs_where(read: Any, elsewhere: Elsewhere) -> None:
    from config.wsgi import application

    here = read()
    with served(application) as url:
        elsewhere.urls = dict.fromkeys(("ordering", "payments", "shipping", "catalog"), url)
        there = read()
    assert set(here.json()["parts"].values()) == {"ok"}
    assert (there.status_code, there.json()) == (200, here.json())


def test_lacks_an_optional_part_that_is_down(read: Any, elsewhere: Elsewhere) -> None:
    elsewhere.urls = {"payments": _closed_port()}
    page = read()
    assert page.status_code == 200
    assert page.json()["parts"] == {
        "order": "ok",
        "payment": "missing",
        "shipment": "ok",
        "timeline": "ok",
        "products": "ok",
    }
    assert page.json()["payment"] is None


def test_is_refused_clearly_without_a_required_part(read: Any, elsewhere: Elsewhere) -> None:
    elsewhere.urls = {"ordering": _closed_port()}
    refused = read()
    assert (refused.status_code, refused.json()["code"]) == (503, "part-unavailable")
    assert (refused.json()["part"], refused.json()["state"]) == ("order", "missing")


def test_does_not_wait_past_its_deadline_for_what_hangs(read: Any, elsewhere: Elsewhere) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        elsewhere.urls = {"shipping": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        page = read()
    assert page.status_code == 200
    assert page.json()["parts"]["shipment"] == "late"
    assert page.json()["parts"]["order"] == "ok"


def _closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"
