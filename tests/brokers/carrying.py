"""`python -m tests.brokers.carrying ROLE URL PREFIX FOLDER`: a process that may be killed.

Roles: ``relay`` publishes what is in the log here; ``receive`` takes it in there and makes
the effects; ``commit`` commits messages and dies before anything can publish them.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import django


def main(role: str, url: str, prefix: str, folder: Path) -> None:
    """This runs until it is killed."""
    django.setup()

    from modules.kernel.messaging.brokers import open_transport
    from tests.brokers.crossing import (
        Audience,
        OverBroker,
        new_relay,
        notes,
        publish,
        sequence,
    )
    from tests.brokers.databases import HERE, THERE, two_databases

    with two_databases(folder, folder / "there.sqlite3"):
        if role == "commit":
            publish(*notes(30))
            os.kill(os.getpid(), signal.SIGKILL)
        transport = open_transport(url, prefix=prefix)
        if role == "relay":
            relay = new_relay(transport)
            while True:
                sequence(HERE)
                relay.step()
        way, audience = OverBroker(transport), Audience(THERE)
        while True:
            way.receive()
            audience.hear()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))
