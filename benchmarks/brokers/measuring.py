"""Throughput and latency of a carrier, and of ours beside the bare one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from benchmarks.brokers.carriers import BATCH, Carrier, receive_all
from benchmarks.harness import Figure, interleave, percentile, ratios, spread_of
from modules.kernel.contracts import new_id
from modules.kernel.messaging import Envelope

_KEYS = 200
_WHEN = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
_BAR = 0.5


def compare(
    transport: str, ours: Carrier, raw: Carrier, *, rounds: int, messages: int, pings: int
) -> Iterator[Figure]:
    """This measures both carriers in turns and gives the figures."""
    for carrier in (ours, raw):
        carrier.receive()  # It has its queue before the first message comes.
        throughput(carrier, min(messages, BATCH))  # Connected, joined and warm.
    measured = interleave(
        {
            "ours": lambda: throughput(ours, messages),
            "raw": lambda: throughput(raw, messages),
        },
        rounds=rounds,
    )
    share = spread_of(ratios(measured, "ours", "raw"))
    yield Figure(
        name=f"{transport}: messages a second, published, confirmed, received, acknowledged",
        bar=f"≥ {_BAR} × the client library alone",
        measured=f"{share:.2f} ×; {spread_of(measured['ours']):,.0f}/s",
        met=share.median >= _BAR,
        details=measured,
        note=f"alone {spread_of(measured['raw']):,.0f}/s; {rounds} rounds of {messages} messages",
    )
    waits: dict[str, list[float]] = {"ours": [], "raw": []}

    def ping(name: str, carrier: Carrier) -> Callable[[], float]:
        def run() -> float:
            found = latencies(carrier, pings)
            waits[name] += found
            return percentile(found, 50)

        return run

    halves = interleave({"ours": ping("ours", ours), "raw": ping("raw", raw)}, rounds=rounds)
    share = spread_of(ratios(halves, "raw", "ours"))
    p50, p99 = (percentile(waits["ours"], percent) * 1000 for percent in (50, 99))
    raw50, raw99 = (percentile(waits["raw"], percent) * 1000 for percent in (50, 99))
    yield Figure(
        name=f"{transport}: from `publish` to received, one message at a time",
        bar=f"≥ {_BAR} × as fast as the client library alone, by p50",
        measured=f"{share:.2f} ×; p50 {p50:.2f} ms, p99 {p99:.2f} ms",
        met=share.median >= _BAR,
        details={"p50 a round, in seconds": halves},
        note=f"alone p50 {raw50:.2f} ms, p99 {raw99:.2f} ms; {rounds} rounds of {pings}",
    )


def throughput(carrier: Carrier, count: int) -> float:
    """This carries so many messages, published in one thread and received in another."""
    envelopes = [an_envelope(number) for number in range(count)]
    ended: list[float] = []
    receiving = threading.Thread(
        target=lambda: ended.append(receive_all(carrier, count)), daemon=True
    )
    began = time.perf_counter()
    receiving.start()
    for begin in range(0, count, BATCH):
        carrier.publish(envelopes[begin : begin + BATCH])
    receiving.join()
    if not ended:
        raise RuntimeError("the receiving thread has failed: see above")
    return count / (ended[0] - began)


def latencies(carrier: Carrier, count: int) -> list[float]:
    """This sends messages one by one and gives how long each took to arrive, in seconds."""
    arrived = threading.Semaphore(0)
    ends: list[float] = []

    def receive() -> None:
        for _ in range(count):
            ends.append(receive_all(carrier, 1))
            arrived.release()

    receiving = threading.Thread(target=receive, daemon=True)
    receiving.start()
    begins = []
    for number in range(count):
        envelope = an_envelope(number)
        begins.append(time.perf_counter())
        carrier.publish([envelope])
        if not arrived.acquire(timeout=60):
            raise RuntimeError("the receiving thread has failed: see above")
    receiving.join()
    return [max(end - begin, 0.0) for begin, end in zip(begins, ends, strict=True)]


def an_envelope(number: int) -> Envelope:
    return Envelope(
        position=number + 1,
        message_id=new_id(),
        source="probe",
        name="probe.noted",
        schema_version=1,
        key=f"k{number % _KEYS}",
        data=f'{{"thing": "k{number % _KEYS}", "number": {number}, "text": "{"x" * 160}"}}',
        recorded_at=_WHEN,
        headers={"correlationid": str(new_id()), "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"},
    )
