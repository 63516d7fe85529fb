"""Who holds leases has a name that nobody else has, or had."""

import os
import socket
import threading

import pytest

from modules.kernel.messaging.drivers.owner import owner_here
from modules.kernel.messaging.models import Partition


def name_of_a_thread() -> str:
    names: list[str] = []
    thread = threading.Thread(target=lambda: names.append(owner_here()))
    thread.start()
    thread.join()
    return names[0]


def test_a_thread_has_one_name() -> None:
    assert owner_here() == owner_here()


def test_two_threads_have_two_names_though_all_their_numbers_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As those of a container are that was killed and began anew."""
    monkeypatch.setattr(threading, "get_native_id", lambda: 1)
    assert name_of_a_thread() != name_of_a_thread()


def test_a_process_that_was_forked_has_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, another = owner_here(), os.getpid() + 1
    monkeypatch.setattr(os, "getpid", lambda: another)
    assert owner_here() != ours


def test_two_pods_have_two_names_that_can_be_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    names = set()
    for suffix in ("7f9c8d6b5-abcde", "7f9c8d6b5-fghij"):
        # As long as Linux lets a host's name be, and a process's number.
        host = f"{'a' * (64 - len(suffix))}{suffix}"
        monkeypatch.setattr(socket, "gethostname", lambda host=host: host)
        monkeypatch.setattr(os, "getpid", lambda: 4_194_304)
        name = name_of_a_thread()
        assert name.startswith(host)
        names.add(name)
    assert len(names) == 2
    assert max(map(len, names)) <= (Partition._meta.get_field("owner").max_length or 0)
