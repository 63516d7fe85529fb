"""What is counted and timed, and that it can be counted by several processes together."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from modules.kernel.telemetry import deliveries
from modules.kernel.telemetry.deliveries import Outcome

COUNT_ONE = """
from modules.kernel.telemetry import deliveries, exposition
deliveries.count("probe", ["probe.thing"], deliveries.Outcome.HANDLED)
print(exposition.exposition().decode())
"""


def value(metric: str, /, **labels: str) -> float:
    return REGISTRY.get_sample_value(metric, labels) or 0.0


class TestTiming:
    def test_counts_a_handler_that_fails(self) -> None:
        labels = {"consumer": "probe", "name": "probe.slow"}
        before = value("quarry_handler_seconds_count", **labels)
        with pytest.raises(LookupError), deliveries.handler_timed("probe", "probe.slow"):
            raise LookupError
        assert value("quarry_handler_seconds_count", **labels) == before + 1

    def test_tells_calls_from_handlers(self) -> None:
        labels = {"consumer": "probe", "name": "probe.outward"}
        with deliveries.call_timed("probe", "probe.outward"):
            pass
        assert value("quarry_outward_call_seconds_count", **labels) == 1
        assert value("quarry_handler_seconds_count", **labels) == 0


class TestCounting:
    def test_adds_up_a_batch_by_name(self) -> None:
        deliveries.count("probe", ["probe.a", "probe.b", "probe.a"], Outcome.PARKED)
        counted = {"consumer": "probe", "outcome": "parked"}
        assert value("quarry_messages_handled_total", name="probe.a", **counted) == 2
        assert value("quarry_messages_handled_total", name="probe.b", **counted) == 1

    def test_counts_ticks_by_log(self) -> None:
        deliveries.count_tick("elsewhere")
        deliveries.count_tick("elsewhere")
        assert value("quarry_log_ticks_total", log="elsewhere") == 2


class TestSeveralProcesses:
    def test_count_together_in_a_folder(self, tmp_path: Path) -> None:
        environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
        said = [
            subprocess.run(
                [sys.executable, "-c", COUNT_ONE],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            for _ in range(2)
        ]
        line = (
            'quarry_messages_handled_total{consumer="probe",name="probe.thing",outcome="handled"}'
        )
        assert f"{line} 1.0" in said[0]
        assert f"{line} 2.0" in said[1]
