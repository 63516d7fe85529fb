"""The graph of calls that the manifests declare: retries that multiply, time that is too short.

An edge goes from a module to an interface that it requires, with its policy for that. What a
module does to answer is not in its manifest; so it is taken to ask everything that it requires.
Called by the report and by Django's checks.

Source: Brooker, "Timeouts, retries, and backoff with jitter" (2019), on retries in layers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from modules.kernel.boundaries.finding import Finding
from modules.kernel.manifests import Manifest
from modules.kernel.resilience import DEFAULT, Policy

#: How many attempts at the last module one call of the first may become. Retries at one place
#: are a policy; retries at two multiply, and nobody wrote the product down.
MOST_ATTEMPTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """This is what a module asks of another, at its worst: all policies for one interface."""

    caller: str
    interface: str
    policies: tuple[Policy, ...]

    @property
    def callee(self) -> str:
        return self.interface.partition(".")[0]

    @property
    def attempts(self) -> int:
        return max(policy.attempts for policy in self.policies)

    @property
    def attempt_seconds(self) -> float:
        """This is how long the shortest of its attempts waits for an answer."""
        return min(policy.attempt_seconds for policy in self.policies)

    @property
    def timeout_seconds(self) -> float:
        """This is how long the longest of its calls may take."""
        return max(policy.timeout_seconds for policy in self.policies)


def call_graph_findings(manifests: Iterable[Manifest]) -> Iterator[Finding]:
    """This gives what is wrong with the policies of all manifests together."""
    manifests = tuple(manifests)
    for manifest in manifests:
        for name, policy in sorted(manifest.policies.items()):
            yield from _too_short_for_itself(manifest.name, name, policy)
    outgoing: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges(manifests):
        outgoing[edge.caller].append(edge)
    for caller in sorted(outgoing):
        for edge in outgoing[caller]:
            yield from _too_short_for_the_next(edge, outgoing[edge.callee])
            yield from _amplified((edge,), outgoing)


def edges(manifests: Iterable[Manifest]) -> Iterator[Edge]:
    """This gives the calls that the manifests declare, each with the policies that hold for it."""
    for manifest in manifests:
        for interface in sorted(manifest.requires):
            usual = manifest.policies.get(interface, manifest.policies.get(DEFAULT, Policy()))
            of_methods = [
                policy
                for name, policy in manifest.policies.items()
                if name.startswith(f"{interface}.")
            ]
            yield Edge(caller=manifest.name, interface=interface, policies=(usual, *of_methods))


def _too_short_for_itself(module: str, name: str, policy: Policy) -> Iterator[Finding]:
    retry = policy.retry
    attempts = retry.attempts if retry else 1
    waits = (
        sum(
            min(retry.wait_seconds * retry.multiplier**number, retry.max_wait_seconds)
            for number in range(attempts - 1)
        )
        if retry
        else 0.0
    )
    # Without a limit of its own an attempt has all the time: no retry fits after a slow one.
    needed = attempts * policy.attempt_seconds + waits
    if policy.timeout_seconds < needed and (retry or policy.attempt_timeout_seconds):
        yield _finding(
            "deadline-too-short",
            module,
            name,
            f"timeout_seconds of {policy.timeout_seconds:g} ends before its own {attempts} "
            f"attempts of {policy.attempt_seconds:g} s with their waits, {needed:g} s: lower "
            "attempt_timeout_seconds or attempts, or give it more time",
        )


def _too_short_for_the_next(edge: Edge, following: Iterable[Edge]) -> Iterator[Finding]:
    for after in following:
        if after.callee != edge.caller and edge.attempt_seconds < after.timeout_seconds:
            yield _finding(
                "deadline-too-short",
                edge.caller,
                f"{edge.interface} -> {after.interface}",
                f"{edge.caller} waits {edge.attempt_seconds:g} s for {edge.interface}, which may "
                f"itself wait {after.timeout_seconds:g} s for {after.interface}: give the outer "
                "call more time or the inner one less",
            )


def _amplified(path: tuple[Edge, ...], outgoing: dict[str, list[Edge]]) -> Iterator[Finding]:
    passed = {edge.caller for edge in path}
    for edge in outgoing[path[-1].callee]:
        if edge.callee in passed or edge.callee == edge.caller:
            continue
        longer = (*path, edge)
        retrying = [step for step in longer if step.attempts > 1]
        product = 1
        for step in retrying:
            product *= step.attempts
        if len(retrying) > 1 and edge in retrying and product > MOST_ATTEMPTS:
            way = " -> ".join((path[0].caller, *(step.interface for step in longer)))
            factors = " · ".join(str(step.attempts) for step in retrying)
            yield _finding(
                "retry-amplification",
                path[0].caller,
                " -> ".join(step.interface for step in longer),
                f"one call becomes {factors} = {product} at {edge.interface}, by {way}: retry at "
                f"one place only (at most {MOST_ATTEMPTS} attempts in all)",
            )
        yield from _amplified(longer, outgoing)


def _finding(rule: str, module: str, what: str, detail: str) -> Finding:
    return Finding(rule=rule, importer=f"modules.{module}", imported=what, detail=detail)
