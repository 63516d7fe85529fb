"""Who asks, in tests: tokens as this installation gives them out, and clients that show one."""

from collections.abc import Iterable

import pytest
from django.conf import settings
from django.test import Client

from modules.kernel.contracts import PrincipalKind
from modules.kernel.http.limiting import _rate_limits, rate_limits
from modules.kernel.identity import Issuing, issuing

_AN_HOUR = 3_600


def count_requests_anew() -> None:
    """This has no client of this process asked for anything yet, as far as its limits go."""
    _rate_limits.cache_clear()
    # Made here, since threads that come first would each make their own.
    rate_limits()


def bearer(
    subject: str = "tests",
    *,
    scopes: Iterable[str] | None = None,
    kind: PrincipalKind = PrincipalKind.SERVICE,
    plan: str = "",
    issued_by: Issuing | None = None,
) -> dict[str, str]:
    """This gives the header that says who asks; by default the house, which may do everything."""
    token = (issued_by or issuing()).token(
        subject=subject,
        scopes=settings.QUARRY_SCOPES if scopes is None else scopes,
        kind=kind,
        client_id="tests",
        plan=plan,
        lifetime_seconds=_AN_HOUR,
    )
    return {"Authorization": f"Bearer {token}"}


def customer(subject: str, *, scopes: Iterable[str] | None = None) -> dict[str, str]:
    """This gives the header of a customer; by default one who may do what customers may."""
    given = settings.QUARRY_SESSION_SCOPES if scopes is None else scopes
    return bearer(subject, scopes=given, kind=PrincipalKind.CUSTOMER)


@pytest.fixture(name="client")
def house_client() -> Client:
    """This asks for the house: for tests of what a module does, and not of who may ask for it."""
    return Client(headers=bearer())
