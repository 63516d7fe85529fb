"""Who holds leases: this process and thread."""

import os
import socket
import threading


def owner_here() -> str:
    """This names the calling thread unlike any other anywhere, for its leases."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{threading.get_ident()}"
