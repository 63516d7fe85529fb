"""How many sagas have not ended, as a gauge that is read from the databases when asked for."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from modules.kernel.sagas.queries import live_counts


class SagaCollector(Collector):
    """This makes a gauge of the sagas that are under way here, or stuck."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """This gives the gauge as it is now."""
        gauge = GaugeMetricFamily(
            "quarry_sagas",
            "Sagas that have not ended: running, compensating, or stuck until an operator comes",
            labels=("saga", "status"),
        )
        for (saga, status), number in live_counts().items():
            gauge.add_metric((saga, status), number)
        yield gauge


def saga_exposition() -> bytes:
    """This gives the gauge as Prometheus reads it."""
    registry = CollectorRegistry()
    registry.register(SagaCollector())
    return generate_latest(registry)
