"""Who watches a move: the command that draws its progress, a test that ends it somewhere."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """This is told what a move does."""

    def began(self, phase: str) -> None:
        """This is told that a phase begins."""

    def progress(self, what: str, *, done: int, total: int) -> None:
        """This is told how much of something is done."""

    def reached(self, milestone: str) -> None:
        """This is told of each point at which a mover that dies leaves something else behind."""


class Nobody:
    """This watches nothing."""

    def began(self, phase: str) -> None: ...

    def progress(self, what: str, *, done: int, total: int) -> None: ...

    def reached(self, milestone: str) -> None: ...
