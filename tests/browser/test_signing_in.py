"""Signing in to a program of ours: from its page over the shop's, and back to its own address."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

from tests.browser.shopping import make_account
from tests.browser.system import ROOT

BACK = "https://app.example/back"
PASSWORD = "slate-and-pumice-7"


@pytest.fixture
def client_id(address: str, database: Path, var: Path) -> str:
    """A program that the operator has registered; its people are not asked to agree."""
    command = [sys.executable, "manage.py", "oauth_client", "app", "--scopes", "orders:read"]
    done = subprocess.run(
        [*command, "--redirect-uri", BACK, "--trusted"],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "config.settings.development",
            "DATABASE_URL": f"sqlite:///{database}",
            "QUARRY_VAR": str(var),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split("client_id: ")[1].strip()


@pytest.mark.parametrize("has_an_account", [False, True], ids=["for the first time", "again"])
def test_leads_back_to_the_program(
    browser: Browser, address: str, client_id: str, has_an_account: bool
) -> None:
    """The shop's forms may lead nowhere else; the browser holds each redirect of a form to that."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": BACK,
        "scope": "openid orders:read",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",  # RFC 7636, appendix B
        "code_challenge_method": "S256",
        "state": "s",
    }
    name = f"ann-{has_an_account}"
    page = browser.new_context(base_url=address).new_page()
    if has_an_account:
        make_account(page, name, PASSWORD)
        page.context.clear_cookies()
    page.goto(f"/oauth/authorize?{urlencode(asked)}")
    if not has_an_account:
        page.get_by_role("link", name="Make one").click()
        page.get_by_label("Password confirmation").fill(PASSWORD)
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    # Nobody answers there: that the browser asks is what it is about.
    with page.expect_request(re.compile(r"https://app\.example/back\?.*code="), timeout=15_000):
        page.get_by_role("main").get_by_role("button", name=re.compile("Log in|Make the")).click()
    page.context.close()
