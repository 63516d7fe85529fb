"""What becomes slower: messages and calls that would cross the network, counted in the log.

One request sets off messages that share a correlation id. Along the longest chain of causes each
change between the module and the rest becomes a journey: relay, broker, reception. Calls are
counted where a handler makes them, so from its code and the messages that it had.

An estimate: the costs are those of the benchmarks, on an idle system, and yours can be given.
"""

import statistics
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from modules.kernel.extraction.readiness.functions import Functions
from modules.kernel.manifests import Manifest
from modules.kernel.messaging.models import Message
from modules.kernel.messaging.subscriptions import subscriptions
from modules.kernel.messaging.unit_of_work import database_of_module

#: How many of the last messages are looked at.
LOOKED_AT = 20_000
#: What a journey over each broker adds: the relay's look, the broker, the inbox and a second log.
HOP_MS = {"rabbitmq": 10.0, "kafka": 14.0, "sns_sqs": 48.0}
#: What a call adds: a request to another process on the same network, with its token.
CALL_MS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """This is what becomes slower, for one flow: a request and all that it set off.

    Attributes:
        flows: how many were looked at in which the module had a part.
        hops: journeys of messages one after another, in the median flow and in the worst.
        calls: calls by handlers that would cross, in the mean flow.
    """

    flows: int
    hops: float
    most_hops: int
    calls: float
    hop_ms: float
    call_ms: float

    @property
    def added_ms(self) -> float | None:
        """This is the estimate; None where no flow was there to count in."""
        if not self.flows:
            return None
        return self.hops * self.hop_ms + self.calls * self.call_ms


def latency(
    manifest: Manifest, functions: Functions, *, broker: str, hop_ms: float | None, call_ms: float
) -> Latency:
    """This looks at the log's last messages."""
    flows = _flows(manifest)
    hops = [max(depths.values(), default=0) for depths, _ in flows]
    calls_of = _calls_of_handlers(manifest.name, functions)
    calls = [sum(calls_of.get(name, 0) for name in names) for _, names in flows]
    return Latency(
        flows=len(flows),
        hops=statistics.median(hops) if hops else 0.0,
        most_hops=max(hops, default=0),
        calls=statistics.fmean(calls) if calls else 0.0,
        hop_ms=HOP_MS[broker] if hop_ms is None else hop_ms,
        call_ms=call_ms,
    )


def _flows(manifest: Manifest) -> list[tuple[Mapping[str, int], list[str]]]:
    """This gives, for each flow with a part of the module, its messages: depth, and names."""
    depths: dict[str, dict[str, int]] = defaultdict(dict)
    sources: dict[str, str] = {}
    names: dict[str, list[str]] = defaultdict(list)
    taking_part: set[str] = set()
    rows = (
        Message.objects.using(database_of_module(manifest.name))
        .order_by("-id")
        .values_list("message_id", "source", "name", "headers")[:LOOKED_AT]
    )
    for message_id, source, name, headers in reversed(list(rows)):
        causes = msgspec.json.decode(headers, type=dict[str, str])
        flow = causes.get("correlationid", "")
        cause = causes.get("causationid", "")
        if not flow:
            continue
        crosses = (
            cause in sources
            and (manifest.name in (sources[cause], source))
            and (sources[cause] != source)
        )
        depths[flow][str(message_id)] = depths[flow].get(cause, 0) + crosses
        sources[str(message_id)] = source
        names[flow].append(name)
        if source == manifest.name or name in manifest.consumes:
            taking_part.add(flow)
    return [(depths[flow], names[flow]) for flow in depths if flow in taking_part]


def _calls_of_handlers(module: str, functions: Functions) -> dict[str, int]:
    """This gives how many calls that would cross the handlers of each message make."""
    found: dict[str, int] = defaultdict(int)
    for subscription in subscriptions():
        for name, handlers in subscription.handlers.items():
            for handler in handlers:
                for part in (handler.record, handler.call):
                    function = functions.find(_full_name(part))
                    for asked, _, _ in functions.asked_by(function) if function else ():
                        owner = asked.split(".")[1] if asked.count(".") > 1 else ""
                        if owner != subscription.module and module in (owner, subscription.module):
                            found[name] += 1
    return found


def _full_name(part: object) -> str:
    return f"{getattr(part, '__module__', '')}.{getattr(part, '__qualname__', '')}"
