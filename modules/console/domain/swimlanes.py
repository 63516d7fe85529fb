"""An order's messages as a sequence: a lane for each module, an arrow for each message."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from modules.kernel.manifests.manifest import Manifest
from modules.kernel.messaging.envelope import Envelope

LANE_WIDTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """This is a module in the picture; `x` is the middle of its lane."""

    module: str
    title: str
    x: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """This is one message: who said it to whom, when, and what it says.

    Attributes:
        number: 1 for the first.
        after_ms: milliseconds since the first message.
        kind: event, command, or note, which a module sends to itself.
        targets: the lanes of those who handle it, without its source.
        to_itself: its source handles it too.
        cause: the number of the message it was caused by; 0 where that was a request.
        data: indented JSON.
    """

    number: int
    entry: Envelope
    after_ms: int
    kind: str
    title: str
    source: Lane
    targets: tuple[Lane, ...]
    to_itself: bool
    cause: int
    data: str

    @property
    def after(self) -> str:
        """This writes the time since the first message for people."""
        if self.after_ms < 1000:
            return f"+{self.after_ms} ms"
        return f"+{self.after_ms / 1000:.2f} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swimlanes:
    """This is the whole picture."""

    lanes: tuple[Lane, ...]
    exchanges: tuple[Exchange, ...]

    @property
    def width(self) -> int:
        return LANE_WIDTH * len(self.lanes)


def swimlanes(entries: Sequence[Envelope], manifests: Iterable[Manifest]) -> Swimlanes:
    """This arranges messages, which come in the order of their recording.

    Only modules that say or hear something get a lane, in the order in which they do.
    """
    manifests = tuple(manifests)
    consumers = {
        name: tuple(other.name for other in manifests if name in other.consumes)
        for name in {entry.name for entry in entries}
    }
    titles = {manifest.name: manifest.title for manifest in manifests}
    present = dict.fromkeys(
        module for entry in entries for module in (entry.source, *consumers[entry.name])
    )
    lanes = {
        module: Lane(module=module, title=titles.get(module, module), x=(number + 0.5) * LANE_WIDTH)
        for number, module in enumerate(present)
    }
    events = {name for manifest in manifests for name in manifest.publishes}
    numbers = {str(entry.message_id): number for number, entry in enumerate(entries, start=1)}
    return Swimlanes(
        lanes=tuple(lanes.values()),
        exchanges=tuple(
            Exchange(
                number=number,
                entry=entry,
                after_ms=_milliseconds_between(entries[0], entry),
                kind=_kind(entry, events),
                title=_title(entry.name),
                source=lanes[entry.source],
                targets=tuple(
                    lanes[module] for module in consumers[entry.name] if module != entry.source
                ),
                to_itself=entry.source in consumers[entry.name],
                cause=numbers.get(entry.headers.get("causationid", ""), 0),
                data=json.dumps(json.loads(entry.data), indent=2, ensure_ascii=False),
            )
            for number, entry in enumerate(entries, start=1)
        ),
    )


def _milliseconds_between(first: Envelope, entry: Envelope) -> int:
    return round((entry.recorded_at - first.recorded_at).total_seconds() * 1000)


def _kind(entry: Envelope, events: set[str]) -> str:
    if entry.name in events:
        return "event"
    return "note" if entry.name.partition(".")[0] == entry.source else "command"


def _title(name: str) -> str:
    return name.partition(".")[2].replace("_", " ").capitalize()
