"""Calls that would leave the process: in loops, in transactions, and in a circle.

A call that was a function's becomes a journey over the network. Seen on the static call graph
(`functions`) and on what the manifests declare.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from modules.kernel.boundaries.call_graph import edges
from modules.kernel.extraction.readiness.functions import UNITS_OF_WORK, Function, Functions
from modules.kernel.extraction.readiness.observation import Observation
from modules.kernel.manifests import Manifest


def costly_calls(module: str, functions: Functions, *, root: Path) -> Iterator[Observation]:
    """This gives the calls that would cross and stand in a loop or in a transaction."""
    for function in functions:
        for call in function.calls:
            if not (call.in_loop or call.in_transaction):
                continue
            callee = functions.find(call.name)
            asked = [call.argument] if call.name.endswith("interfaces.get") else []
            asked += [name for name, _, _ in functions.asked_by(callee)] if callee else []
            for interface in sorted(set(asked)):
                if not _crosses(module, function, interface):
                    continue
                where = {"path": _path(function, root), "line": call.line}
                way = "" if call.argument in asked and callee is None else f", through {call.name}"
                if call.in_loop:
                    yield Observation(
                        rule="call-in-a-loop",
                        blocks=False,
                        detail=f"asks {_short(interface)} again and again{way}",
                        advice="ask once for all of them, with a method that takes many keys",
                        **where,  # type: ignore[arg-type]  # as written two lines above
                    )
                if call.in_transaction:
                    yield Observation(
                        rule="call-in-a-transaction",
                        blocks=False,
                        detail=f"asks {_short(interface)} while a transaction is open{way}",
                        advice="ask before it begins: its locks would wait for the network",
                        **where,  # type: ignore[arg-type]  # the same
                    )


def transactions_of_others(
    module: str, functions: Functions, *, root: Path
) -> Iterator[Observation]:
    """This gives each transaction that one module opens for another."""
    for function in functions:
        for call in function.calls:
            opened = call.argument
            # A variable says nothing of whose it is.
            if call.name not in UNITS_OF_WORK or opened not in functions.modules:
                continue
            if opened != function.module and module in (opened, function.module):
                yield Observation(
                    rule="transaction",
                    blocks=True,
                    path=_path(function, root),
                    line=call.line,
                    detail=f"{function.module} opens a transaction of {opened}",
                    advice=f"send {opened} a command: it does its part in a transaction of its own",
                )


def circles(
    module: str, manifests: Iterable[Manifest], functions: Functions, *, root: Path
) -> Iterator[Observation]:
    """This gives the calls that would close a circle.

    Of modules: what it asks asks it again, so that two processes wait for each other; this
    blocks. Of processes: it is asked by what stays, and asks what stays; while one of the two
    is full, the other soon is too.
    """
    outgoing: dict[str, list[str]] = {}
    for edge in edges(manifests):
        outgoing.setdefault(edge.caller, []).append(edge.callee)
    asked = sorted(set(outgoing.get(module, ())) - {module})
    callers = sorted(one for one in outgoing if module in outgoing[one] and one != module)
    for first in asked:
        way = _way(first, module, outgoing)
        place = _place_of(module, first, functions, root)
        if way:
            yield Observation(
                rule="circle-of-modules",
                blocks=True,
                detail=f"{' asks '.join((module, *way))}: each would wait for the other",
                advice="let one of them keep a copy from the other's events",
                **place,  # type: ignore[arg-type]  # as `_place_of` gives it
            )
        elif callers:
            yield Observation(
                rule="circle-of-processes",
                blocks=False,
                detail=(
                    f"{', '.join(callers)} here would ask {module}, which asks {first} here: "
                    "a request may go out and come back in"
                ),
                advice=(
                    f"take {first} out as well, keep a copy of its data from its events, or see "
                    "that the caller's bulkhead leaves workers for the way back"
                ),
                **place,  # type: ignore[arg-type]  # the same
            )


def _crosses(module: str, function: Function, interface: str) -> bool:
    owner = interface.split(".")[1] if interface.count(".") > 1 else ""
    return bool(owner) and owner != function.module and module in (owner, function.module)


def _way(start: str, end: str, outgoing: Mapping[str, list[str]]) -> tuple[str, ...]:
    """This gives the shortest way of calls from one module to another; empty if there is none."""
    waiting: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while waiting:
        way = waiting.pop(0)
        for following in outgoing.get(way[-1], ()):
            if following == end:
                return (*way, end)
            if following not in seen:
                seen.add(following)
                waiting.append((*way, following))
    return ()


def _place_of(module: str, asked: str, functions: Functions, root: Path) -> dict[str, str | int]:
    for function in functions:
        for call in function.calls:
            if function.module == module and call.argument.startswith(f"modules.{asked}."):
                return {"path": _path(function, root), "line": call.line}
    return {"path": f"modules/{module}/module.toml", "line": 0}


def _path(function: Function, root: Path) -> str:
    return function.file.path.relative_to(root).as_posix()


def _short(interface: str) -> str:
    _, module, *_, name = interface.split(".")
    return f"{module}.{name}"
