"""Where webhooks may be sent: to hosts of the internet, and nothing inside the house.

A partner names the URL, so it must not lead to what only we can reach: other modules, metadata of
the cloud, a database. The name is looked up once for each attempt, and the connection is made to
the address that was judged, so a name that answers otherwise a moment later gains nothing.

Source: OWASP Server-Side Request Forgery Prevention Cheat Sheet.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

URL_LENGTH_MAX = 500


class ForbiddenTarget(ValueError):
    """This says why nothing is sent there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """This is where a request goes.

    Attributes:
        path: with the query.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """This is what the ``Host`` header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"


def target_of(url: str, *, private_allowed: bool) -> Target:
    """This reads a URL.

    Args:
        private_allowed: also plain HTTP, for tests and development.

    Raises:
        ForbiddenTarget: it is too long, not HTTPS, has credentials or a fragment, or is no URL.
    """
    if len(url) > URL_LENGTH_MAX:
        raise ForbiddenTarget(f"a URL has at most {URL_LENGTH_MAX} characters")
    if any(ord(character) <= 0x20 or ord(character) > 0x7E for character in url):
        raise ForbiddenTarget("a URL has no spaces, and other than ASCII is percent-encoded")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ForbiddenTarget(f"{url!r} is no URL: {error}") from error
    if parts.scheme != "https" and not (private_allowed and parts.scheme == "http"):
        raise ForbiddenTarget("webhooks are sent to https:// URLs only")
    if not parts.hostname:
        raise ForbiddenTarget(f"{url!r} names no host")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ForbiddenTarget("a URL of a webhook has no credentials and no fragment")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    usual = 443 if parts.scheme == "https" else 80
    return Target(scheme=parts.scheme, host=parts.hostname, port=port or usual, path=path)


def judged(addresses: Iterable[str], *, private_allowed: bool) -> str:
    """This gives the address to connect to.

    Raises:
        ForbiddenTarget: one of them is inside some house, or there is none.
    """
    found = list(addresses)
    if not found:
        raise ForbiddenTarget("the host has no address")
    # All of them, not only the first: who answers with one of each would win at some attempt.
    for address in found if not private_allowed else ():
        if not _is_outside(address):
            raise ForbiddenTarget("the host has an address that is not of the internet")
    return found[0]


def _is_outside(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        # What is written into an IPv6 address is what is reached in the end.
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if parsed.teredo is not None or (inner is not None and not _is_outside(str(inner))):
            return False
        if parsed in _NAT64:
            return _is_outside(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
    return parsed.is_global and not parsed.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
