"""Who holds leases: this process and thread."""

import os
import secrets
import socket
from contextvars import ContextVar

#: What a thread is called, and the process in which it was called so.
_mine: ContextVar[tuple[int, str]] = ContextVar("owner", default=(-1, ""))


def owner_here() -> str:
    """This names the calling thread unlike any other anywhere, for its leases.

    Nor like any earlier one, which host, process and thread alone would not tell: a container that
    was killed begins anew with the same numbers, and must not take what it died of for a lease that
    it gave up itself. With the whole name of the host: those of pods differ at their ends only. On
    Linux that is 64 characters at most, and 79 in all.
    """
    process, name = _mine.get()
    if process != os.getpid():  # A new thread, or one that went through a fork.
        name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        _mine.set((os.getpid(), name))
    return name
