"""Two releases of a module side by side: a share of the clients is answered by the other one.

Of a module that runs elsewhere, `QUARRY_RELEASES` names the process with its other release:

    {"payments": {"url": "https://payments-next.internal:8443", "percent": 5, "mirror": 10}}

`percent` of the clients are answered there (a canary; 100 for blue-green), always the same ones,
and those who were stay when it grows. Of `mirror` percent, what they only read is asked there as
well, a shadow: its answer goes to nobody, and is told of where its status is another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from threading import BoundedSemaphore

import msgspec
import structlog
from django.conf import settings
from prometheus_client import Counter

from modules.kernel.interfaces import Location
from modules.kernel.interfaces.locations import read_location

_logger = structlog.get_logger("quarry.http")

#: A shadow must cost the one who casts it nothing: few threads, and what they cannot do is left.
_SHADOWS = 16
_THREADS = 2

_shadows = Counter(
    "quarry_shadow_requests",
    "Requests that were asked of another release as well, by what came of it",
    ("module", "outcome"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """This is where a module's other release is, and how much it is asked.

    Attributes:
        percent: of the clients, who are answered by it.
        mirror: of the clients, whose reading is asked of it as well.
    """

    url: str
    percent: float = 0.0
    mirror: float = 0.0


def release_for(client: str, *, module: str, location: Location) -> Location:
    """This gives where a client's request for a module goes: here, as ever, or the other release.

    Args:
        client: who asks, in any words that stay the same.
    """
    other = _releases().get(module)
    if other is None or location.is_here or _share(module, client) >= other.percent:
        return location
    return replace(location, url=other.url)


def casts_shadow(client: str, *, module: str, location: Location) -> str:
    """This gives the URL that a client's reading is asked of as well; empty for none."""
    other = _releases().get(module)
    if other is None or location.is_here or location.url == other.url:
        return ""
    return other.url if _share(module, client) < other.mirror else ""


def cast_shadow(ask: Callable[[], int], *, module: str, route: str, status: int) -> None:
    """This asks another release as well, beside the request, and tells where the answers differ.

    Args:
        ask: gives the other's status, or raises.
        status: of the answer that was given.
    """
    if not _free.acquire(blocking=False):
        _shadows.labels(module, "left_out").inc()
        return

    def compare() -> None:
        try:
            outcome = "same" if (found := ask()) == status else "different"
        except Exception as error:  # nobody else hears of it
            _logger.warning("shadow_lost", module=module, route=route, reason=str(error))
            outcome = "lost"
        else:
            if outcome == "different":
                _logger.warning(
                    "shadow_differs", module=module, route=route, status=status, shadow=found
                )
        finally:
            _free.release()
        _shadows.labels(module, outcome).inc()

    _pool().submit(compare)


_free = BoundedSemaphore(_SHADOWS)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="shadows")


def _releases() -> Mapping[str, Release]:
    said = settings.QUARRY_RELEASES
    return _read(msgspec.json.encode(said)) if said else {}


@cache
def _read(said: bytes) -> Mapping[str, Release]:
    """This reads the setting. Raises: ValueError."""
    releases = msgspec.json.decode(said, type=dict[str, Release])
    for module, release in releases.items():
        read_location(release.url, module=module)
    return releases


def _share(module: str, client: str) -> float:
    """This gives a client's place among all, from 0 to 100, the same in each process and each day.

    With the module, so that not the same clients are first in everything that is tried.
    """
    digest = hashlib.sha256(f"{module}\0{client}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64 * 100
