"""Where requests are counted: Redis, or this process's memory.

Both keep when each request of a client came, for as long as it counts. All limits of a request
are looked at and counted together, in one step and, of Redis, in one round trip: a request that
is refused by one of them counts for none. What each costs does not grow with the limit: the
moving window of `limits` looks through its entries in memory, and asks Redis twice.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple, Protocol

from limits.errors import StorageError
from limits.storage import RedisStorage

#: Counting must not hold a request for longer than answering it would.
_WAIT_SECONDS = 0.5
#: Looking for those that can be forgotten takes a while, so not at every request.
_CLIENTS = 20_000
_FORGET_AGAIN_SECONDS = 1.0


class Wanted(NamedTuple):
    """This is one limit that a request comes under.

    Attributes:
        key: whose requests are counted, for what.
        amount: how many there may be in a window.
    """

    key: str
    amount: int
    window_seconds: int


class Left(NamedTuple):
    """This is what is left of a limit after a request was counted, or refused.

    Attributes:
        reset_seconds: until the oldest that counts does not any more.
    """

    is_free: bool
    remaining: int
    reset_seconds: float


class Counting(Protocol):
    """This is where requests are counted. Threads share it."""

    def take(self, wanted: Sequence[Wanted]) -> Sequence[Left]:
        """This counts a request under all the limits, or under none where one is used up.

        Raises:
            StorageError: nothing can be counted at the moment.
        """


@dataclass(slots=True)
class _Window:
    """These are the times of a client's requests, the oldest first."""

    seconds: int
    times: deque[float]


class InMemory:
    """This counts what comes to this process.

    Args:
        clock: monotonic, in seconds.
        clients: with more than so many, those that do not count any more are forgotten.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, clients: int = _CLIENTS
    ) -> None:
        self._clock = clock
        self._most = clients
        self._lock = Lock()
        self._windows: dict[str, _Window] = {}
        self._forgot_at = float("-inf")

    def take(self, wanted: Sequence[Wanted]) -> Sequence[Left]:
        with self._lock:
            now = self._clock()
            found = [self._window(one, now) for one in wanted]
            free = [len(times) < one.amount for one, times in zip(wanted, found, strict=True)]
            if all(free):
                for times in found:
                    times.append(now)
            if len(self._windows) > self._most:
                self._forget(now)
            return [
                Left(
                    is_free,
                    one.amount - len(times),
                    # In this order: a rounding must not make it longer than the window.
                    one.window_seconds - (now - times[0] if times else 0.0),
                )
                for one, times, is_free in zip(wanted, found, free, strict=True)
            ]

    @property
    def clients(self) -> int:
        """This is how many there is something kept of."""
        return len(self._windows)

    def _window(self, one: Wanted, now: float) -> deque[float]:
        window = self._windows.get(one.key)
        if window is None:
            window = self._windows[one.key] = _Window(one.window_seconds, deque())
        times, began = window.times, now - one.window_seconds
        while times and times[0] <= began:
            times.popleft()
        return times

    def _forget(self, now: float) -> None:
        if now < self._forgot_at + _FORGET_AGAIN_SECONDS:
            return
        self._forgot_at = now
        self._windows = {
            key: window
            for key, window in self._windows.items()
            if window.times and window.times[-1] > now - window.seconds
        }


#: In Redis's own time: the clocks of processes differ.
_TAKE = """
local clock = redis.call('TIME')
local kept = string.format('%d.%06d', clock[1], clock[2])
local now = tonumber(kept)
local all_free, free = true, {}
for i, key in ipairs(KEYS) do
  local began = now - tonumber(ARGV[2 * i])
  local oldest = redis.call('LINDEX', key, 0)
  while oldest and tonumber(oldest) <= began do
    redis.call('LPOP', key)
    oldest = redis.call('LINDEX', key, 0)
  end
  free[i] = redis.call('LLEN', key) < tonumber(ARGV[2 * i - 1])
  all_free = all_free and free[i]
end
local left = {}
for i, key in ipairs(KEYS) do
  local seconds = tonumber(ARGV[2 * i])
  if all_free then
    redis.call('RPUSH', key, kept)
    redis.call('EXPIRE', key, seconds + 1)
  end
  local oldest = tonumber(redis.call('LINDEX', key, 0) or now)
  left[3 * i - 2] = free[i] and 1 or 0
  left[3 * i - 1] = tonumber(ARGV[2 * i - 1]) - redis.call('LLEN', key)
  left[3 * i] = math.ceil((seconds - (now - oldest)) * 1000)
end
return left
"""


class InRedis:
    """This counts what comes to all processes that have the same Redis (5 or later), or Valkey."""

    def __init__(self, url: str, *, prefix: str) -> None:
        self._storage = RedisStorage(
            url, socket_timeout=_WAIT_SECONDS, socket_connect_timeout=_WAIT_SECONDS
        )
        self._take = self._storage.get_connection().register_script(_TAKE.encode())
        self._prefix = prefix

    def take(self, wanted: Sequence[Wanted]) -> Sequence[Left]:
        keys = [f"{self._prefix}:{one.key}" for one in wanted]
        arguments = [number for one in wanted for number in (one.amount, one.window_seconds)]
        try:
            said = [int(number) for number in self._take(keys, arguments)]
        except self._storage.base_exceptions as error:
            raise StorageError(error) from error
        return [
            Left(bool(free), remaining, reset_ms / 1000)
            for free, remaining, reset_ms in zip(said[::3], said[1::3], said[2::3], strict=True)
        ]


def counting_at(url: str, *, prefix: str) -> Counting:
    """This gives where requests are counted: ``memory://`` or ``redis://…``."""
    if url.startswith("memory:"):
        return InMemory()
    return InRedis(url, prefix=f"{prefix}:limits")
