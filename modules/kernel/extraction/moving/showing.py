"""What an operator sees of a move: its progress, its plan and its history."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import msgspec
from django.core.management.base import CommandError
from django.db import InterfaceError, OperationalError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from modules.kernel.extraction.moving.dry_run import Plan
from modules.kernel.extraction.moving.errors import MoveError
from modules.kernel.telemetry.logs import on_standard_error


@contextmanager
def told_to_operator(module: str) -> Iterator[None]:
    """This has what stops a move end a command with words, and with what to do next.

    What is logged meanwhile goes to standard error: the other is for the answer.

    Raises:
        CommandError: in place of a `MoveError` or of a database that is away.
    """
    try:
        with on_standard_error():
            yield
    except MoveError as error:
        raise CommandError(str(error)) from error
    except (OperationalError, InterfaceError) as error:
        # Whichever of the two it was: a move that stops anywhere is in one of two states.
        raise CommandError(
            f"a database does not answer: {str(error).strip()}. Once it does, `manage.py cutover "
            f"{module} --status` says how far a move has come; then --resume it, or --abort it "
            "where it has not switched"
        ) from error


class Screen:
    """This draws the progress: a bar with an estimate on a terminal, else a line a phase.

    Args:
        console: where; by default standard error.
        clock: what the estimate goes by.
    """

    def __init__(
        self,
        *,
        silent: bool,
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console or Console(stderr=True, quiet=silent)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=silent or not self._console.is_terminal,
            transient=True,
            get_time=clock,
        )
        self._task = self._progress.add_task("", total=None, visible=False)
        self._what = ""

    def __enter__(self) -> Screen:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def began(self, phase: str) -> None:
        self._console.print(phase)
        self._what = ""
        self._progress.update(self._task, visible=False)

    def progress(self, what: str, *, done: int, total: int) -> None:
        if what != self._what:
            # Another table has another pace: what is left is reckoned anew.
            self._what = what
            self._progress.reset(self._task, description=what, total=max(total, 1), visible=True)
        self._progress.update(
            self._task, description=what, completed=done, total=max(total, 1), visible=True
        )

    def reached(self, milestone: str) -> None:
        """Nothing is drawn of it."""

    def said_at_end(self, described: Mapping[str, Any]) -> str:
        """This says how a move has ended."""
        paused = described["paused_seconds"]
        waited = f", callers waited for {paused:.2f} s" if paused is not None else ""
        return f"{described['state']} (epoch {described['epoch']}{waited})"


def as_json(found: Plan | Mapping[str, Any]) -> str:
    """This gives something as JSON for a script."""
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()


def show_plan(plan: Plan) -> str:
    """This tells what a move would take."""
    lines = [f"{name:<44}{rows:>12,} rows" for name, rows in plan.rows.items()]
    lines.append(f"{'messages':<44}{plan.messages:>12,}")
    lines.append(
        f"about {plan.copy_seconds:g} s to copy and compare, while {plan.module} goes on; callers "
        f"then wait for about {plan.pause_seconds:.1f} s"
    )
    lines.append(f"not ready: {plan.obstacle}" if plan.obstacle else "ready")
    return "\n".join(lines)


def said_of_progress(progress: Mapping[str, Any]) -> str:
    """This says how far the phase is that is under way, and how long the rest of it takes."""
    left = progress["seconds_left"]
    about = "" if left is None else f", about {left:,.0f} s left"
    return f"{progress['what']}: {progress['done']:,} of about {progress['total']:,}{about}"


def show_status(found: Mapping[str, Any]) -> str:
    """This tells where a module is, and what moves there were."""
    at = f" at {found['url']}" if found["url"] else ""
    lines = [f"{found['module']} is {found['placed']}{at} (epoch {found['epoch']})"]
    if found["writes_refused"]:
        lines.append(f"{found['writes_refused']} writes were refused here since the move began")
    for method, outcomes in found["shadow"].items():
        counted = (f"{count:,} {name.replace('_', ' ')}" for name, count in outcomes.items())
        lines.append(f"asked of both: {method}: {', '.join(counted)}")
    for move in found["moves"]:
        lines.append(f"{move['began_at'][:19]}  {move['direction']:<5}{move['state']}")
        for phase in move["phases"]:
            seconds = phase["seconds"]
            took = f"{seconds:>9.3f} s" if seconds is not None else "  did not end"
            lines.append(f"    {phase['phase']:<10}{took}  {phase['note']}".rstrip())
        if move["progress"]:
            lines.append(f"    {said_of_progress(move['progress'])}")
    return "\n".join(lines)
