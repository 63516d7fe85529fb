"""How far the read models are, as gauges that are read from the database when asked for."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from modules.kernel.readmodels.status import status


class ReadModelCollector(Collector):
    """This makes gauges of the generations that are read."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """This gives the gauges as they are now."""
        live = [one for one in status() if one.state == "live"]
        positions = GaugeMetricFamily(
            "quarry_read_model_lag_positions",
            "Positions of the logs that a read model has not taken in",
            labels=("read_model",),
        )
        seconds = GaugeMetricFamily(
            "quarry_read_model_lag_seconds",
            "Age of the oldest message that waits for a read model; 0 without one",
            labels=("read_model",),
        )
        stopped = GaugeMetricFamily(
            "quarry_read_model_stopped",
            "Whether a message fails in it, or the code has another version of it",
            labels=("read_model",),
        )
        for one in live:
            positions.add_metric((one.read_model,), one.lag_positions)
            seconds.add_metric((one.read_model,), one.lag_seconds)
            stopped.add_metric((one.read_model,), bool(one.error) or one.needs_rebuild)
        yield from (positions, seconds, stopped)


def read_model_exposition() -> bytes:
    """This gives the gauges as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(ReadModelCollector())
    return generate_latest(registry)
