"""How often a client may ask: by its plan over all routes, and by a route's own limit.

A moving window, so that nobody can ask twice as much around the turn of a minute. Counted in Redis
where it is configured, and then right across processes; else in this process's memory.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any, NamedTuple, cast

import structlog
from django.conf import settings
from django.http import HttpRequest
from limits import parse
from limits.errors import StorageError
from rest_framework.throttling import BaseThrottle

from modules.kernel.contracts import Principal, Unavailable
from modules.kernel.http.counting import Left, Wanted, counting_at
from modules.kernel.http.problems import TooManyRequests
from modules.kernel.http.route_table import Entry

_logger = structlog.get_logger("quarry.http")


class LimitsUnknown(Unavailable):
    """This says that nothing can be counted, and that nobody is let through uncounted."""

    code = "limits-unknown"
    title = "How much was asked is not known at the moment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """This is what is left of a limit after a request.

    Attributes:
        reset_seconds: until something is given back.
    """

    name: str
    amount: int
    window_seconds: int
    remaining: int
    reset_seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """This tells the client (draft-ietf-httpapi-ratelimit-headers)."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.amount};w={self.window_seconds}',
            "RateLimit": f'"{self.name}";r={self.remaining};t={self.reset_seconds}',
        }


class RateLimits:
    """This counts requests. Threads share it.

    Args:
        url: ``memory://`` or ``redis://…``.
        plans: requests of a client in a time, by plan, as in ``600/minute``; empty for no limit.
        fails_open: whether a request that cannot be counted is let through.
    """

    def __init__(
        self, url: str, *, plans: Mapping[str, str], fails_open: bool, prefix: str = "quarry"
    ) -> None:
        self._counting = counting_at(url, prefix=prefix)
        self._plans = {plan: _read(said) for plan, said in plans.items()}
        self._of_routes: dict[str, _Limit | None] = {}
        self._fails_open = fails_open
        self._told = threading.Event()

    def take(self, entry: Entry, principal: Principal, *, address: str) -> Taken | None:
        """This counts a request, and gives what is left; None where nothing is limited.

        Of a route with a limit of its own, what is left of that.

        Raises:
            TooManyRequests: a limit is used up; nothing was counted.
            LimitsUnknown: it cannot be counted, and so is not let through.
        """
        # In braces, so that a cluster of Redis keeps what is counted together in one place.
        client = f"{{{principal.kind}:{principal.subject or address}}}"
        plan = principal.plan or str(principal.kind)
        names: list[str] = []
        wanted: list[Wanted] = []
        if own := self._of_route(entry.route.limit):
            names.append("route")
            wanted.append(own.wanted(client, entry.name))
        if usual := self._plans.get(plan, self._plans.get("", None)):
            names.append(plan)
            wanted.append(usual.wanted(client))
        if not wanted:
            return None
        try:
            left = self._counting.take(wanted)
        except StorageError as error:
            self._tell_uncounted(error)
            return None
        for name, one, found in zip(names, wanted, left, strict=True):
            if not found.is_free:
                raise _too_many(name, one, found)
        return Taken(
            name=names[0],
            amount=wanted[0].amount,
            window_seconds=wanted[0].window_seconds,
            remaining=left[0].remaining,
            reset_seconds=_whole(left[0].reset_seconds),
        )

    def _of_route(self, said: str) -> "_Limit | None":
        if said not in self._of_routes:
            self._of_routes[said] = _read(said)
        return self._of_routes[said]

    def _tell_uncounted(self, error: Exception) -> None:
        if not self._told.is_set():
            self._told.set()
            _logger.error("limits_not_counted", reason=str(error), fails_open=self._fails_open)
        if not self._fails_open:
            raise LimitsUnknown("try again in a moment", retry_after_seconds=1) from error


class _Limit(NamedTuple):
    """This is a limit as it is said, such as ``60/minute``, in numbers."""

    amount: int
    window_seconds: int

    def wanted(self, *who: str) -> Wanted:
        return Wanted("/".join((*who, f"{self.amount}:{self.window_seconds}")), *self)


def _read(said: str) -> _Limit | None:
    """This reads a limit; None for none. Raises: ValueError."""
    if not said:
        return None
    item = parse(said)
    return _Limit(item.amount, item.get_expiry())


def _too_many(name: str, wanted: Wanted, left: Left) -> TooManyRequests:
    seconds = _whole(left.reset_seconds)
    return TooManyRequests(
        f"{wanted.amount} requests in {wanted.window_seconds} s are what the limit "
        f"{name!r} allows; go on in {seconds} s",
        limit=name,
        retry_after_seconds=seconds,
    )


def _whole(seconds: float) -> int:
    return max(1, ceil(seconds))


def rate_limits() -> RateLimits:
    """This gives the limits of this process, as the settings say."""
    return _rate_limits(
        settings.QUARRY_LIMITS_URL,
        tuple(settings.QUARRY_PLANS.items()),
        settings.QUARRY_LIMITS_FAIL_OPEN,
        settings.QUARRY_BROKER_PREFIX,
    )


@cache
def _rate_limits(
    url: str, plans: tuple[tuple[str, str], ...], fails_open: bool, prefix: str
) -> RateLimits:
    return RateLimits(url, plans=dict(plans), fails_open=fails_open, prefix=prefix)


def address_of(request: HttpRequest) -> str:
    """This gives where a request comes from: who says nothing of itself is told by it.

    As the proxies say that are trusted (`QUARRY_TRUSTED_PROXIES`); what came to the first of them
    is the client's own word.
    """
    return BaseThrottle().get_ident(cast("Any", request)) or ""
