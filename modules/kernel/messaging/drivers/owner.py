"""Who holds leases: this process and thread."""

import os
import socket
import threading


def owner_here() -> str:
    """This names the calling thread unlike any other anywhere, for its leases.

    With the whole name of its host: those of pods differ at their ends only. On Linux that is 64
    characters at most and a number 7, so 80 in all.
    """
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_native_id()}"
