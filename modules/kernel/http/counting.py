"""Where requests are counted: Redis, or this process's memory.

`limits` keeps time in memory by a thread that looks through all entries a hundred times a second;
what has run out is let go here when its client asks again, or when there are too many clients.
"""

import time
from typing import cast

from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.storage.memory import Entry

#: Counting must not hold a request for longer than answering it would.
_WAIT_SECONDS = 0.5
_CLIENTS = 20_000


class InProcess(MemoryStorage):
    """This is the memory of `limits`, without its thread."""

    STORAGE_SCHEME = ["quarry-memory"]  # noqa: RUF012  # as the class above has it

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """This takes so many of a limit if they are there; its newest entries stand first."""
        if amount > limit:
            return False
        with self.locks[key]:
            entries = self.events.setdefault(key, [])
            oldest = entries[limit - amount] if len(entries) > limit - amount else None
            if oldest is not None and oldest.atime >= time.time() - expiry:
                return False
            entries[:0] = [Entry(expiry)] * amount
            del entries[limit:]  # They can never count again.
        if len(self.events) > _CLIENTS:
            self._let_go()
        return True

    def _let_go(self) -> None:
        now = time.time()
        for key, entries in list(self.events.items()):
            if not entries or entries[0].expiry <= now:
                self.events.pop(key, None)
                self.locks.pop(key, None)


def storage_at(url: str, *, prefix: str) -> Storage:
    """This gives where requests are counted: ``memory://`` or ``redis://…``."""
    if url.startswith("memory:"):
        return InProcess()
    found = storage_from_string(
        url,
        key_prefix=f"{prefix}:limits",
        socket_timeout=_WAIT_SECONDS,
        socket_connect_timeout=_WAIT_SECONDS,
        wrap_exceptions=True,
    )
    return cast("Storage", found)
