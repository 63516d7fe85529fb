"""How far the consumers are, as gauges that are read from the database when they are asked for.

Any process can answer for all: what it says does not depend on who delivers.
"""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from modules.kernel.messaging.statistics import LAG_LIMIT, ConsumerStatistics, consumer_statistics


class StatisticsCollector(Collector):
    """This makes gauges of the consumers' statistics."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """This gives the gauges as they are now."""
        found = consumer_statistics()
        heads = {one.source: one.head for one in found}
        yield _gauge(
            "quarry_log_head_position",
            "Last position of a log",
            ("log",),
            (((log,), head) for log, head in heads.items()),
        )
        yield _of_consumers(
            "quarry_consumer_lag_messages",
            f"Messages that wait for a consumer, counted up to {LAG_LIMIT:,}",
            ((one, one.lag) for one in found),
        )
        yield _of_consumers(
            "quarry_consumer_oldest_waiting_seconds",
            "Age of the oldest message that waits for a consumer; 0 without one",
            ((one, one.oldest_seconds) for one in found),
        )
        yield _of_consumers(
            "quarry_consumer_workers",
            "Threads that hold partitions of a consumer",
            ((one, one.workers) for one in found),
        )
        yield _gauge(
            "quarry_messages_set_aside",
            "Messages set aside: retrying, waiting behind another, or parked for an operator",
            ("consumer", "log", "state"),
            (
                ((one.consumer, one.source, state), getattr(one, state))
                for one in found
                for state in ("retrying", "waiting", "parked")
            ),
        )


def statistics_exposition() -> bytes:
    """This gives the gauges as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(StatisticsCollector())
    return generate_latest(registry)


def _of_consumers(
    name: str, words: str, values: Iterable[tuple[ConsumerStatistics, float]]
) -> GaugeMetricFamily:
    labelled = (((one.consumer, one.source), value) for one, value in values)
    return _gauge(name, words, ("consumer", "log"), labelled)


def _gauge(
    name: str,
    words: str,
    labels: tuple[str, ...],
    values: Iterable[tuple[tuple[str, ...], float]],
) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, words, labels=labels)
    for labelled, value in values:
        gauge.add_metric(labelled, value)
    return gauge
