"""Django's system check for tokens.

quarry.W020  tokens would name an issuer that only this machine finds (`check --deploy`)
"""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning


def check_issuer(
    *, app_configs: Sequence[AppConfig] | None = None, **options: Any
) -> list[CheckMessage]:
    """This is the check of a deployment: a warning where tokens are given out in no name."""
    gives_out_tokens = settings.QUARRY_FRONT in settings.QUARRY_MODULES
    if not gives_out_tokens or not _is_this_machine(urlsplit(settings.QUARRY_ISSUER).hostname):
        return []
    return [
        Warning(
            f"QUARRY_ISSUER is {settings.QUARRY_ISSUER!r}: every token names it, and clients look "
            "for its keys and its pages there",
            hint="say the URL at which clients find this installation",
            id="quarry.W020",
        )
    ]


def _is_this_machine(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"
