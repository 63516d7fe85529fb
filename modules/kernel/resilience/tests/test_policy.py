"""A policy is read from a manifest, and a wrong one is refused with its place."""

from collections.abc import Iterator
from typing import Any

import pytest

from modules.kernel import resilience
from modules.kernel.resilience import Policy, PolicyError, read_policies


class TestReadPolicies:
    def test_reads_all_parts(self) -> None:
        values = {
            "timeout_seconds": 2,
            "attempt_timeout_seconds": 0.5,
            "retry": {"attempts": 3},
            "breaker": {"window": "time", "window_size": 60, "slow_call_seconds": 0.4},
            "bulkhead": {"concurrent": 8},
            "hedge": {"after_seconds": 0.1},
            "faults": [{"kind": "error", "rate": 0.1}],
        }

        policy = read_policies({"stock.Stock": values}, place="module.toml")["stock.Stock"]

        assert policy.attempts == 6  # three, each of them hedged once
        assert policy.attempt_seconds == 0.5
        assert policy.breaker is not None
        assert policy.breaker.window == "time"

    @pytest.mark.parametrize(
        ("values", "complaint"),
        [
            ({"timeout": 2}, "unknown field `timeout`"),
            ({"timeout_seconds": 0}, r"\$.timeout_seconds"),
            ({"retry": {"attempts": 1}}, r"\$.retry.attempts"),
            ({"breaker": {"failure_rate": 50}}, r"\$.breaker.failure_rate"),
            ({"breaker": {"window_size": 10}}, "it would never open"),
            ({"faults": [{"kind": "latency"}]}, "needs latency_seconds"),
        ],
    )
    def test_refuses(self, values: dict[str, Any], complaint: str) -> None:
        with pytest.raises(PolicyError, match=complaint) as refusal:
            read_policies({"stock.Stock": values}, place="modules/shop/module.toml")

        assert str(refusal.value).startswith("modules/shop/module.toml: policies.stock.Stock: ")


class TestRegistry:
    @pytest.fixture(autouse=True)
    def declared(self) -> Iterator[None]:
        resilience.declare(
            "shop",
            {
                "stock.Stock": Policy(timeout_seconds=1),
                "stock.Stock.count": Policy(timeout_seconds=9),
                "default": Policy(timeout_seconds=3),
            },
        )
        yield
        resilience.declare("shop", {})
        resilience.forget_pipelines()

    @pytest.mark.parametrize(
        ("target", "seconds"),
        [
            ("stock.Stock", 1),
            ("stock.Stock.one", 1),
            ("stock.Stock.count", 9),
            ("mail.Mail.send", 3),
        ],
    )
    def test_finds_the_policy_that_is_nearest(self, target: str, seconds: float) -> None:
        assert resilience.pipeline("shop", target).policy.timeout_seconds == seconds

    def test_has_a_time_limit_where_nothing_is_declared(self) -> None:
        assert resilience.policy_for("nobody", "stock.Stock") == Policy()

    def test_shares_one_pipeline_between_the_methods_of_an_interface(self) -> None:
        of_one = resilience.pipeline("shop", "stock.Stock.one")

        assert resilience.pipeline("shop", "stock.Stock.other") is of_one
        assert resilience.pipeline("shop", "stock.Stock") is of_one
        assert resilience.pipeline("shop", "stock.Stock.count") is not of_one
        assert [found.name for found in resilience.pipelines() if found.name[:4] == "shop"] == [
            "shop->stock.Stock",
            "shop->stock.Stock.count",
        ]
