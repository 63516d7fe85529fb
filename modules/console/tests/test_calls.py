"""The page of calls: where modules run, and breakers with what they have seen."""

from collections.abc import Iterator

import pytest
from django.test import Client

from modules.kernel import interfaces, resilience
from modules.kernel.contracts import Unavailable
from modules.kernel.resilience import Attempt, BreakerPolicy, BulkheadPolicy, Policy, RetryPolicy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_modules")]

CALLER = "console-test"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    before = interfaces.wired()
    resilience.forget_pipelines()
    yield
    interfaces.work_with(before)
    resilience.declare(CALLER, {})
    resilience.forget_pipelines()


def fail(attempt: Attempt) -> None:
    raise Unavailable("not <now>")


def test_shows_where_each_module_runs(client: Client) -> None:
    interfaces.use(interfaces.Configured({"payments": "https://payments.internal:8443"}))
    page = client.get("/console/calls").text
    assert "https://payments.internal:8443" in page
    assert page.count("this process") > 1
    assert "No calls to other processes" in page


def test_shows_a_breaker_that_is_open_and_why(client: Client) -> None:
    policy = Policy(
        retry=RetryPolicy(attempts=2, wait_seconds=0.001),
        breaker=BreakerPolicy(window_size=2, minimum_calls=2),
        bulkhead=BulkheadPolicy(concurrent=7),
    )
    resilience.declare(CALLER, {"payments.Payments": policy})
    calls = resilience.pipeline(CALLER, "payments.Payments")
    with pytest.raises(Unavailable):
        calls.call(fail, repeatable=True)
    page = client.get("/console/calls").text
    assert f"{CALLER}-&gt;payments.Payments" in page
    assert '<span class="badge badge-bad">Open</span>' in page
    assert "100 %" in page
    assert "0 of 7" in page
    assert "retry, Unavailable(&#x27;not &lt;now&gt;&#x27;)" in page


def test_shows_one_without_a_breaker(client: Client) -> None:
    resilience.pipeline(CALLER, "payments.Payments").call(lambda attempt: None)
    page = client.get("/console/calls").text
    assert "badge-bad" not in page
    assert "<td>none</td>" in page
