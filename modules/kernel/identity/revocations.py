"""Which tokens were taken back, as this process knows it: asked for now and then, not each time."""

import threading
import time
from collections.abc import Callable

import structlog
from django.db import Error
from django.utils import timezone

_logger = structlog.get_logger("quarry.identity")


class Revocations:
    """These are the digests of tokens taken back, read at most every so many seconds.

    Args:
        every_seconds: the longest that a token is still taken after it was taken back; 0 for
            a process that has no provider, and asks nobody.
        clock: monotonic, in seconds.
    """

    def __init__(
        self, *, every_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._every_seconds = every_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._digests: frozenset[str] = frozenset()

    def has(self, digest: str) -> bool:
        """This is true of a token that was taken back."""
        if self._every_seconds and self._clock() - self._read_at >= self._every_seconds:
            with self._lock:
                self._read()
        return digest in self._digests

    def _read(self) -> None:
        from modules.kernel.identity.models import RevokedToken

        self._read_at = self._clock()
        try:
            still = RevokedToken.objects.filter(expires_at__gt=timezone.now())
            self._digests = frozenset(still.values_list("digest", flat=True))
        except Error as error:
            # What is known stays so; a token's own end, minutes away, holds in any case.
            _logger.error("revocations_not_read", reason=str(error))
