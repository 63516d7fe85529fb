"""The report: percentiles by nearest rank, and what a person reads."""

import io

import pytest
from rich.console import Console

from modules.console.replay import Invariant, Report, Violation, render
from modules.console.replay.report import Latency, latency_of


def report(*violations: Violation) -> Report:
    return Report(
        run_id="r1",
        orders=400,
        placed=400,
        fulfilled=63,
        failed={"out-of-stock": 337},
        others={},
        seconds=8.0,
        orders_per_second=50.0,
        latency=Latency(p50_ms=20, p90_ms=30, p99_ms=40, longest_ms=50),
        requests_retried=0,
        captured_minor=1000,
        refunded_minor=0,
        fulfilled_minor=1000,
        units_initial=3119,
        units_shipped=1593,
        units_left=1526,
        violations=violations,
    )


def rendered(shown: Report) -> str:
    console = Console(file=io.StringIO(), width=100)
    render(shown, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


class TestLatency:
    @pytest.mark.parametrize(
        ("count", "expected"),
        [
            (0, Latency(p50_ms=0, p90_ms=0, p99_ms=0, longest_ms=0)),
            (1, Latency(p50_ms=1000, p90_ms=1000, p99_ms=1000, longest_ms=1000)),
            (100, Latency(p50_ms=50_000, p90_ms=90_000, p99_ms=99_000, longest_ms=100_000)),
        ],
    )
    def test_is_one_that_was_measured(self, count: int, expected: Latency) -> None:
        assert latency_of([float(n) for n in range(count, 0, -1)]) == expected


class TestARenderedReport:
    def test_shows_what_became_of_the_orders(self) -> None:
        text = rendered(report())
        for label, value in [("fulfilled", "63"), ("out-of-stock", "337"), ("left", "1,526")]:
            assert any(label in line and value in line for line in text.splitlines())
        assert "Conservation holds." in text

    def test_names_every_violation(self) -> None:
        text = rendered(
            report(
                Violation(
                    invariant=Invariant.STOCK_CONSERVED, subject="NW-011", detail="one is lost"
                )
            )
        )
        assert "stock-conserved: NW-011: one is lost" in text
        assert "Conservation holds." not in text
