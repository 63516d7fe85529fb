"""A policy: what stands around the calls from one module to one interface, as data.

Read from ``[policies]`` of a manifest; `Pipeline` carries it out, and the checks of the call
graph compare policies with each other. A part that is left out is not there: no retry, no
breaker, no bulkhead. Only a time limit is always there.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Rate = Annotated[float, Meta(gt=0, le=1)]
Count = Annotated[int, Meta(ge=1)]


class PolicyError(ValueError):
    """This says which value of which policy is wrong, and what it may be."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """This is a part of a policy: a key that it does not know is an error."""


class RetryPolicy(_Part, frozen=True, kw_only=True):
    """This says how often and when a call that may be repeated is tried again.

    The wait before retry n is up to ``wait_seconds · multiplier^(n-1)``, of which the share
    `jitter` is random. Source: Brooker, "Exponential Backoff and Jitter" (2015).

    Attributes:
        attempts: how often it is tried in all, the first time among them.
        jitter: 1 spreads a wait over all of its length, 0 makes it always the same.
        budget_ratio: how many retries each first attempt pays for. When the other side fails
            for all, retries add this share of load and no more.
            Source: retry budgets of Finagle; retry throttling of gRPC (A6).
        budget_burst: how many retries may be saved up, and are there at the start.
    """

    attempts: Annotated[int, Meta(ge=2, le=10)] = 3
    wait_seconds: Seconds = 0.05
    multiplier: Annotated[float, Meta(ge=1)] = 2.0
    max_wait_seconds: Seconds = 1.0
    jitter: Share = 1.0
    budget_ratio: Share = 0.1
    budget_burst: Annotated[float, Meta(ge=1)] = 10.0


class BreakerPolicy(_Part, frozen=True, kw_only=True):
    """This says when a circuit breaker opens, and how it closes again.

    The defaults are those of Resilience4j.

    Attributes:
        window: ``count`` looks at the last calls, ``time`` at the calls of the last seconds.
        window_size: how many calls, or how many seconds.
        minimum_calls: below this many calls in the window nothing is concluded.
        failure_rate: share of failures in the window from which on it opens.
        slow_call_seconds: a call that takes this long counts as slow, also if it succeeds.
        slow_call_rate: share of slow calls from which on it opens.
        open_seconds: how long it stays open before it lets probes through.
        max_open_seconds: each opening without a closing between doubles `open_seconds`, up
            to this; by default it is not doubled.
        probes: how many calls a half-open breaker lets through, and judges by.
        half_open_seconds: probes that have not come back by then count as failed.
    """

    window: Literal["count", "time"] = "count"
    window_size: Count = 100
    minimum_calls: Count = 100
    failure_rate: Rate = 0.5
    slow_call_seconds: Seconds = 60.0
    slow_call_rate: Rate = 1.0
    open_seconds: Seconds = 60.0
    max_open_seconds: float = 0.0
    probes: Count = 10
    half_open_seconds: Seconds = 60.0

    def __post_init__(self) -> None:
        if self.window == "count" and self.minimum_calls > self.window_size:
            raise ValueError(
                f"minimum_calls ({self.minimum_calls}) is more than the window holds "
                f"({self.window_size}): it would never open"
            )


class BulkheadPolicy(_Part, frozen=True, kw_only=True):
    """This says how many calls may be under way at once, and how long the next one waits."""

    concurrent: Count = 25
    max_wait_seconds: Annotated[float, Meta(ge=0)] = 0.0


class HedgePolicy(_Part, frozen=True, kw_only=True):
    """This says when a safe read that has no answer yet is asked for once more beside it.

    Source: Dean and Barroso, "The Tail at Scale" (2013). A hedge is paid for from the
    budget of retries, where there is one.
    """

    after_seconds: Seconds
    more: Annotated[int, Meta(ge=1, le=3)] = 1


class FaultPolicy(_Part, frozen=True, kw_only=True):
    """This is a fault to inject in place of a call, or around it.

    Attributes:
        kind: ``latency`` waits and then calls; ``error`` answers with `Unavailable` and does
            not call; ``outcome`` gives a wrong result and does not call; ``lost-answer`` calls
            and then fails, so that the caller does not know what happened.
        rate: share of the calls concerned that it meets.
        caller: only calls of this module; empty for all.
        header: only calls that carry it, as ``name`` or ``name=value``; empty for all.
        outcome: name of the wrong result, among those that the pipeline was given.
    """

    kind: Literal["latency", "error", "outcome", "lost-answer"]
    rate: Share = 1.0
    caller: str = ""
    header: str = ""
    latency_seconds: Annotated[float, Meta(ge=0)] = 0.0
    outcome: str = ""

    def __post_init__(self) -> None:
        if self.kind == "latency" and not self.latency_seconds:
            raise ValueError("a fault of kind 'latency' needs latency_seconds")
        if self.kind == "outcome" and not self.outcome:
            raise ValueError("a fault of kind 'outcome' needs outcome")


class Policy(_Part, frozen=True, kw_only=True):
    """This is everything that stands around a call, from the outside to the inside.

    Attributes:
        timeout_seconds: for the call with all its attempts and the waits between them.
        attempt_timeout_seconds: for one attempt; the whole time where it is not given.
        abandon_late: an attempt that does not come back in time is left behind in a thread of
            its own. Without it an attempt is told its deadline and has to keep it.
        fault_seed: the same seed injects the same faults in the same calls.
    """

    timeout_seconds: Seconds = 5.0
    attempt_timeout_seconds: Seconds | None = None
    abandon_late: bool = False
    retry: RetryPolicy | None = None
    breaker: BreakerPolicy | None = None
    bulkhead: BulkheadPolicy | None = None
    hedge: HedgePolicy | None = None
    faults: tuple[FaultPolicy, ...] = ()
    fault_seed: int = 0

    @property
    def attempts(self) -> int:
        """This is how often the other side may see one call, at the most."""
        return (self.retry.attempts if self.retry else 1) * (
            1 + (self.hedge.more if self.hedge else 0)
        )

    @property
    def attempt_seconds(self) -> float:
        """This is how long one attempt may take."""
        return self.attempt_timeout_seconds or self.timeout_seconds


def read_policies(content: Mapping[str, Any], *, place: str) -> dict[str, Policy]:
    """This reads the table ``[policies]``: policies by what they are for.

    Args:
        place: where the table stands, for the message of the error.

    Raises:
        PolicyError: a key is unknown, or a value is none that its key may have.
    """
    policies = {}
    for name, values in content.items():
        try:
            policies[name] = msgspec.convert(values, Policy)
        except msgspec.ValidationError as error:
            raise PolicyError(f"{place}: policies.{name}: {error}") from None
    return policies
