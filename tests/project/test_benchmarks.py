"""The benchmarks work: what they measure is no test's business, for machines differ."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.harness import interleave, percentile, ratios, spread_of
from tests.services.rule import missing

ROOT = Path(__file__).resolve().parent.parent.parent


class TestRounds:
    def test_go_in_one_direction_and_then_in_the_other(self) -> None:
        turns: list[str] = []

        def turn(name: str) -> float:
            turns.append(name)
            return float(len(turns))

        measured = interleave({"a": lambda: turn("a"), "b": lambda: turn("b")}, rounds=2)
        assert turns == ["a", "b", "b", "a"]
        assert ratios(measured, "a", "b") == [1 / 2, 4 / 3]

    def test_are_told_with_their_spread(self) -> None:
        assert f"{spread_of([3.0, 1.0, 2.0]):.1f} ×" == "2.0 (1.0 to 3.0) ×"

    def test_have_percentiles_that_are_values_of_theirs(self) -> None:
        assert [percentile(list(range(100)), percent) for percent in (0, 50, 99, 100)] == [
            0,
            50,
            99,
            99,
        ]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_benchmark_of_the_log_measures_each_figure(
    postgres_server: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "benchmarks.log", "--quick", "--results", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "log.json").read_text())
    assert len(report["figures"]) == 10
    assert report["conditions"]["PostgreSQL fsync"] == "on"
    for figure in report["figures"]:
        assert figure["name"] in (tmp_path / "log.md").read_text()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_benchmark_of_sagas_measures_each_figure(postgres_server: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.sagas", "--quick", "--results", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "sagas.json").read_text())
    assert [figure["bar"][:5] for figure in report["figures"]] == [
        *("≥ 2 ×", "≥ 5 ×", "p50 ≤", "p99 ≤", "≤ 1.5"),
    ]


def test_the_benchmark_of_calls_measures_each_figure(tmp_path: Path) -> None:
    report = report_of_calls(tmp_path, "bindings", "remote", "resilience")
    bars = [figure["bar"] for figure in report["figures"]]
    assert bars == ["≤ 1 µs", "≤ 25 µs", "≤ 1.5 ×", "≤ 15 µs"]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_benchmark_of_calls_checks_out_in_both_topologies(
    rabbitmq_server: str, tmp_path: Path
) -> None:
    [figure] = report_of_calls(tmp_path, "checkout")["figures"]
    assert "one process" in figure["measured"]
    assert re.search(r"; \d+ processes: p50", figure["measured"])


def report_of_calls(results: Path, *figures: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.calls", "--quick", "--only", *figures]
    done = subprocess.run(
        [*command, "--results", str(results)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads((results / "calls.json").read_text())
    return report


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_benchmark_of_brokers_measures_each_figure(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.brokers", "--quick", "--results", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "brokers.json").read_text())
    assert len(report["figures"]) == 6


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_benchmark_of_the_gateway_measures_each_figure(
    postgres_server: str, tmp_path: Path
) -> None:
    if shutil.which("wrk") is None:
        missing("there is no wrk on the PATH, which asks as fast as answers come")
    command = [sys.executable, "-m", "benchmarks.gateway", "--quick", "--results", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "gateway.json").read_text())
    assert [figure["bar"] for figure in report["figures"]] == [
        "≥ 0.75 × its requests/s",
        "≥ 1 × its requests/s",
        "≤ 0.35 ms",
        "time and bytes, reported",
    ]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_benchmark_of_the_event_store_measures_each_figure(
    postgres_server: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "benchmarks.eventstore", "--quick", "--results", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "eventstore.json").read_text())
    assert [figure["bar"] for figure in report["figures"]] == [
        "≤ 0.25 × its time",
        "≥ 2 ×",
        "≥ 15 × its one-transaction-an-event figure",
        "p50 ≤ 30 ms",
        "≥ 0.9 ×",
        "≥ 0.9 ×",
    ]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_benchmark_of_extraction_measures_each_figure(
    postgres_server: str, rabbitmq_server: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "benchmarks.extraction", "--quick", "--results", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "extraction.json").read_text())
    assert [figure["bar"] for figure in report["figures"]] == [
        "≥ 0.7 ×",
        "p99 ≤ 1 s, max ≤ 2 s",
        "≤ 1.2 ×",
        "reported with its error",
    ]
