"""The report of ``manage.py contracts check``, for people and for programs."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape

from modules.kernel.schemas.changes import Change, Judgement
from modules.kernel.schemas.committed import Stale
from modules.kernel.schemas.consumers import Consumer

_COLOURS = {Judgement.REFUSED: "red", Judgement.UNKNOWN: "red", Judgement.NOTED: "green"}


def kept(found: Sequence[Change], stale: Sequence[Stale]) -> bool:
    """This says whether the contracts can be released."""
    return not stale and not any(change.judgement.fails for change in found)


def as_json(found: Sequence[Change], stale: Sequence[Stale], *, revision: str) -> dict[str, Any]:
    """This gives the report as plain data."""
    return {
        "ok": kept(found, stale),
        "against": revision,
        "stale": [{"path": one.path, "why": one.why} for one in stale],
        "changes": [
            {
                "contract": change.contract,
                "judgement": change.judgement.value,
                "path": change.path,
                "reason": change.reason,
                "direction": change.direction,
                "against": change.against,
                "hint": change.hint,
                "consumers": [
                    {
                        "module": consumer.module,
                        "reads": None if consumer.reads is None else sorted(consumer.reads),
                    }
                    for consumer in change.consumers
                ],
                "example": change.example,
            }
            for change in found
        ],
    }


def print_report(
    found: Sequence[Change], stale: Sequence[Stale], *, revision: str, console: Console
) -> None:
    """This prints the report for people."""
    for one in stale:
        console.print(f"[red]stale[/]    {escape(one.path)} {one.why}")
    if stale:
        console.print("         python manage.py contracts generate writes them anew")
    for change in found:
        _print_change(change, console)
    count = Counter(change.judgement for change in found)
    numbers = ", ".join(f"{count[judgement]} {judgement.value}" for judgement in Judgement)
    console.print(
        f"{numbers}, {len(stale)} stale, against {revision}",
        style="green" if kept(found, stale) else "red",
    )


def _print_change(change: Change, console: Console) -> None:
    colour = _COLOURS[change.judgement]
    what = f"{change.path}: {change.reason}" if change.path else change.reason
    place = f"[{colour}]{change.judgement:8}[/] [bold]{escape(change.contract)}[/]"
    console.print(
        f"{place}\n         {escape(what)}" if change.judgement.fails else f"{place} {escape(what)}"
    )
    told = []
    if change.direction:
        told.append(f"{change.direction}, as of {change.against}")
    if change.hint:
        told.append(change.hint)
    if change.judgement.fails:
        told += [f"breaks {_who(consumer, change.field)}" for consumer in change.consumers]
        told += [] if change.consumers else ["nobody here consumes it: stored messages do"]
    if change.example is not None:
        told.append(f"for example {json.dumps(change.example, ensure_ascii=False)}")
    for line in told:
        console.print(f"         {escape(line)}")


def _who(consumer: Consumer, field: str) -> str:
    if consumer.reads is None:
        return f"{consumer.module}, which may read all of it"
    if field in consumer.reads:
        return f"{consumer.module}, which reads {field}"
    return f"{consumer.module}, which has to decode the message before it reads from it"
