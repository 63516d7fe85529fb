"""Processes killed at any moment, on each broker: nothing is lost and no effect is made twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.brokers.crossing import (
    Audience,
    OverBroker,
    count_of_effects,
    effects,
    expected,
    notes,
    publish,
    received,
    settle,
)
from tests.brokers.transports import Tried
from tests.faults.processes import Process
from tests.faults.waiting import wait_until

Start = Callable[[str], Process]


@pytest.fixture
def start(broker: Tried, prefix: str, databases: Path) -> Iterator[Start]:
    """This starts a process of `tests.brokers.carrying`; all are ended after the test."""
    started: list[Process] = []
    env = {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "QUARRY_LEASE_SECONDS": "1",
        "QUARRY_VAR": str(databases / "var"),
    }

    def start(role: str) -> Process:
        arguments = ("-m", "tests.brokers.carrying", role, broker.url, prefix, str(databases))
        started.append(Process(arguments, env, databases / f"{role}.output"))
        return started[-1]

    yield start
    for process in started:
        process.kill()


def test_what_was_committed_is_published_though_its_process_died_at_once(
    over: OverBroker, audience: Audience, start: Start
) -> None:
    process = start("commit")
    wait_until(lambda: not process.is_running(), what="it has committed and died")
    settle(over, audience, until=lambda: count_of_effects() >= 30, what="30 effects")
    assert effects() == expected(notes(30))


def test_a_killed_relay_loses_nothing(
    over: OverBroker, broker: Tried, audience: Audience, start: Start
) -> None:
    messages, third = notes(broker.load), broker.load // 3
    over.relay.close()

    def receive() -> bool:
        over.receive()
        audience.hear()
        return received().count() >= target

    for begin in range(0, broker.load, third):
        process = start("relay")
        for some in range(begin, begin + third, 10):
            publish(*messages[some : some + 10])
        target = begin + third // 3
        wait_until(receive, what=f"{target} messages arrive", every_seconds=0.001)
        process.kill()
    start("relay")
    target = broker.load
    wait_until(receive, what="all messages arrive", every_seconds=0.001)
    audience.hear()
    assert effects() == expected(messages)


def test_a_killed_receiver_makes_each_effect_once(
    over: OverBroker, broker: Tried, start: Start
) -> None:
    messages, third = notes(broker.load), broker.load // 3
    over.reception.close()
    for begin in range(0, broker.load, third):
        process = start("receive")
        for some in range(begin, begin + third, 10):
            publish(*messages[some : some + 10])
        while over.carry_out():
            pass
        _wait_for_effects(begin + third // 5)
        process.kill()
    start("receive")
    _wait_for_effects(broker.load)
    assert effects() == expected(messages)


def _wait_for_effects(count: int) -> None:
    wait_until(
        lambda: count_of_effects() >= count,
        what=f"{count} effects",
        seconds=60,
        every_seconds=0.001,
    )
