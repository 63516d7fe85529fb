"""Policies are compared along the calls that the manifests declare."""

from modules.kernel.boundaries.call_graph import call_graph_findings
from modules.kernel.manifests import Manifest
from modules.kernel.resilience import HedgePolicy, Policy, RetryPolicy

PATIENT = Policy(timeout_seconds=60)
RETRYING = Policy(
    timeout_seconds=60, attempt_timeout_seconds=1, retry=RetryPolicy(attempts=3, wait_seconds=0.1)
)
OUTER = Policy(timeout_seconds=200, attempt_timeout_seconds=60, retry=RETRYING.retry)


def module(name: str, *requires: str, **policies: Policy) -> Manifest:
    """This makes a manifest; a policy is named by the module that it is for."""
    return Manifest(
        name=name,
        title="",
        summary="",
        requires=tuple(f"{required}.Facts" for required in requires),
        policies={
            f"{about}.Facts" if about in requires else about.replace("_", "."): policy
            for about, policy in policies.items()
        },
    )


def found(*manifests: Manifest) -> list[str]:
    return [finding.edge for finding in call_graph_findings(manifests)]


class TestRetryAmplification:
    def test_is_found_along_a_way(self) -> None:
        findings = list(
            call_graph_findings(
                [
                    module(
                        "shop",
                        "stock",
                        stock=OUTER,
                    ),
                    module("stock", "goods", goods=RETRYING),
                    module("goods"),
                ]
            )
        )

        assert [finding.edge for finding in findings] == [
            "retry-amplification: modules.shop -> stock.Facts -> goods.Facts"
        ]
        assert findings[0].detail == (
            "one call becomes 3 · 3 = 9 at goods.Facts, by shop -> stock.Facts -> goods.Facts: "
            "retry at one place only (at most 4 attempts in all)"
        )

    def test_is_found_past_a_module_that_does_not_retry(self) -> None:
        assert found(
            module("shop", "stock", stock=OUTER),
            module("stock", "goods", goods=PATIENT),
            module("goods", "prices", prices=RETRYING),
        ) == ["retry-amplification: modules.shop -> stock.Facts -> goods.Facts -> prices.Facts"]

    def test_counts_hedges(self) -> None:
        hedging = Policy(timeout_seconds=60, hedge=HedgePolicy(after_seconds=1, more=2))
        retrying = Policy(
            timeout_seconds=60, attempt_timeout_seconds=1, retry=RetryPolicy(attempts=2)
        )

        assert found(
            module("shop", "stock", stock=hedging), module("stock", "goods", goods=retrying)
        ) == ["retry-amplification: modules.shop -> stock.Facts -> goods.Facts"]

    def test_is_none_where_one_place_retries(self) -> None:
        assert (
            found(
                module("shop", "stock", stock=PATIENT),
                module("stock", "goods", goods=RETRYING),
                module("goods"),
            )
            == []
        )

    def test_is_found_once_among_modules_that_ask_each_other(self) -> None:
        assert (
            found(module("shop", "stock", stock=PATIENT), module("stock", "shop", shop=PATIENT))
            == []
        )


class TestDeadlines:
    def test_must_be_longer_than_what_they_contain(self) -> None:
        [finding] = call_graph_findings(
            [
                module("shop", "stock", stock=Policy(timeout_seconds=1)),
                module("stock", "goods", goods=Policy(timeout_seconds=2)),
            ]
        )

        assert finding.detail == (
            "shop waits 1 s for stock.Facts, which may itself wait 2 s for goods.Facts: give the "
            "outer call more time or the inner one less"
        )

    def test_of_one_attempt_count_and_not_of_all(self) -> None:
        assert found(
            module("shop", "stock", stock=RETRYING),
            module("stock", "goods", goods=Policy(timeout_seconds=2)),
        ) == ["deadline-too-short: modules.shop -> stock.Facts -> goods.Facts"]

    def test_of_a_method_count_too(self) -> None:
        assert found(
            module("shop", "stock", stock=PATIENT, stock_Facts_count=Policy(timeout_seconds=1)),
            module("stock", "goods", goods=Policy(timeout_seconds=2)),
        ) == ["deadline-too-short: modules.shop -> stock.Facts -> goods.Facts"]

    def test_are_those_of_the_kernel_where_none_are_declared(self) -> None:
        assert found(
            module("shop", "stock", stock=Policy(timeout_seconds=1)), module("stock", "goods")
        ) == ["deadline-too-short: modules.shop -> stock.Facts -> goods.Facts"]

    def test_must_leave_time_for_a_policys_own_attempts(self) -> None:
        hasty = Policy(timeout_seconds=2, attempt_timeout_seconds=1, retry=RETRYING.retry)

        [finding] = call_graph_findings([module("shop", "stock", stock=hasty)])

        assert finding.edge == "deadline-too-short: modules.shop -> stock.Facts"
        assert "3 attempts of 1 s with their waits, 3.3 s" in finding.detail
