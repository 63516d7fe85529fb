"""Requests in the name of one customer or partner, who may do all that any of them may."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.test import Client

from modules.kernel.contracts import PrincipalKind
from modules.kernel.http.testing import bearer


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
