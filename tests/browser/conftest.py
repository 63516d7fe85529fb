"""One system and one Chromium for all browser tests, a fresh visitor for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from tests.browser.system import DATABASE, running_system
from tests.services.rule import missing

_ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_NAMES = ("chromium", "chromium-browser", "google-chrome")

NewPage = Callable[..., Page]


# Both end with this package: Playwright keeps an event loop running in the thread, in which
# Django refuses the database to the tests that come after.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        missing(f"there is no Chromium on the PATH ({', '.join(_NAMES)})")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the system keeps its files."""
    return tmp_path_factory.mktemp("system")


@pytest.fixture(scope="package")
def address(browser: Browser, var: Path) -> Iterator[str]:
    """Where the system answers."""
    with running_system(var) as address:
        yield address


@pytest.fixture
def database(var: Path) -> Path:
    """The system's database, for what cannot be done through its pages."""
    return var / DATABASE


@pytest.fixture
def new_page(browser: Browser, address: str) -> Iterator[NewPage]:
    """This makes pages of a fresh visitor, and judges at the end what they have done.

    None may have asked another host, missed a file, or said an error on its console, which
    is where a browser tells of what the content policy has refused.
    """
    asked: list[str] = []
    errors: list[str] = []

    def make(**options: object) -> Page:
        defaults = {"base_url": address, "viewport": {"width": 1280, "height": 800}}
        page = browser.new_context(**(defaults | options)).new_page()  # type: ignore[arg-type]  # Playwright's own options
        page.on("request", lambda request: asked.append(request.url))
        page.on("response", note_response)
        page.on("console", note_console)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    def note_response(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            errors.append(f"{response.status} {response.url}")

    def note_console(said: ConsoleMessage) -> None:
        # A page that says 404 on purpose is "failed to load" to the browser.
        if said.type == "error" and not said.text.startswith("Failed to load resource"):
            errors.append(said.text)

    yield make
    for context in browser.contexts:
        context.close()
    assert {urlsplit(url).netloc for url in asked} <= {urlsplit(address).netloc}
    assert errors == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    return new_page()
