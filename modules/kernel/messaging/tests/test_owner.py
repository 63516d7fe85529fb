"""Who holds leases has a name that nobody else has."""

import socket

import pytest

from modules.kernel.messaging.drivers.owner import owner_here
from modules.kernel.messaging.models import Partition


def test_two_pods_have_two_names(monkeypatch: pytest.MonkeyPatch) -> None:
    names = set()
    for suffix in ("7f9c8d6b5-abcde", "7f9c8d6b5-fghij"):
        # As long as Linux lets a host's name be.
        monkeypatch.setattr(
            socket, "gethostname", lambda end=suffix: f"{'a' * (64 - len(end))}{end}"
        )
        names.add(owner_here())
    assert len(names) == 2
    assert max(map(len, names)) <= (Partition._meta.get_field("owner").max_length or 0)
