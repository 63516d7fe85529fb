"""How often a client may ask: by its plan over all routes, and by a route's own limit.

A moving window, so that nobody can ask twice as much around the turn of a minute. Counted in Redis
where it is configured, and then right across processes; else in this process's memory.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil
from time import time

import structlog
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.strategies import MovingWindowRateLimiter

from modules.kernel.contracts import Principal, Unavailable
from modules.kernel.http.counting import storage_at
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
        self._window = MovingWindowRateLimiter(storage_at(url, prefix=prefix))
        self._plans = {plan: parse(said) if said else None for plan, said in plans.items()}
        self._of_routes: dict[str, RateLimitItem] = {}
        self._fails_open = fails_open
        self._told = threading.Event()

    def take(self, entry: Entry, principal: Principal, *, address: str) -> Taken | None:
        """This counts a request, and gives what is left; None where nothing is limited.

        Raises:
            TooManyRequests: a limit is used up; nothing was counted.
            LimitsUnknown: it cannot be counted, and so is not let through.
        """
        client = f"{principal.kind}:{principal.subject or address}"
        plan = principal.plan or str(principal.kind)
        item = self._plans.get(plan, self._plans.get("", None))
        taken = None
        if entry.route.limit:
            own = self._of_routes.get(entry.route.limit)
            if own is None:
                own = self._of_routes[entry.route.limit] = parse(entry.route.limit)
            taken = self._hit("route", own, client, entry.name)
        if item is not None:
            taken = self._hit(plan, item, client) if taken is None else taken
        return taken

    def _hit(self, name: str, item: RateLimitItem, *client: str) -> Taken | None:
        try:
            is_free = self._window.hit(item, *client)
            reset_at, remaining = self._window.get_window_stats(item, *client)
        except StorageError as error:
            self._tell_uncounted(error)
            return None
        reset_seconds = max(1, ceil(reset_at - time()))
        if not is_free:
            raise TooManyRequests(
                f"{item.amount} requests in {item.get_expiry()} s are what the limit "
                f"{name!r} allows; go on in {reset_seconds} s",
                limit=name,
                retry_after_seconds=reset_seconds,
            )
        return Taken(
            name=name,
            amount=item.amount,
            window_seconds=item.get_expiry(),
            remaining=remaining,
            reset_seconds=reset_seconds,
        )

    def _tell_uncounted(self, error: Exception) -> None:
        if not self._told.is_set():
            self._told.set()
            _logger.error("limits_not_counted", reason=str(error), fails_open=self._fails_open)
        if not self._fails_open:
            raise LimitsUnknown("try again in a moment", retry_after_seconds=1) from error


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
    """This gives where a request comes from: who says nothing of itself is told by it."""
    return str(request.META.get("REMOTE_ADDR", ""))
