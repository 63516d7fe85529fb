"""Copying a module's rows, and keeping the copy up to date while the module goes on.

A table is copied in blocks along its primary key. What changes meanwhile is noted by key, and
copied again in rounds: notes and rows are read in one snapshot, so after a round the copy is what
the table was at that moment. Every row is compared after the last time it was copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from modules.kernel.extraction.moving import guards, rows
from modules.kernel.extraction.moving.errors import Differs
from modules.kernel.extraction.moving.pace import Pace
from modules.kernel.extraction.moving.progress import read_progress, write_progress
from modules.kernel.extraction.moving.sides import Side
from modules.kernel.extraction.moving.tables import Table
from modules.kernel.extraction.moving.watching import Watcher

#: Rows copied, and compared, in one transaction.
BLOCK = 5_000
#: Notes taken in one round; on SQLite writers wait for as long as it takes.
ROUND = 2_000


class Copying:
    """This copies the tables of one move."""

    def __init__(
        self,
        module: str,
        tables: Sequence[Table],
        old: Side,
        new: Side,
        *,
        watcher: Watcher,
        pace: Pace,
    ) -> None:
        self.module = module
        self.tables = tables
        self.old = old
        self.new = new
        self.watcher = watcher
        self._pace = pace

    def copy(self) -> None:
        """This copies all tables, going on where it stopped."""
        for table in self.tables:
            self._copy_table(table)

    def rounds(self, *, enough: int) -> int:
        """This copies what has changed, until no more than `enough` is noted; gives how much."""
        copied = 0
        while True:
            for table in self.tables:
                while got := self.round(table):
                    copied += got
                    if got < ROUND:
                        break
            self.watcher.reached("round")
            left = guards.count_touched(self.old, guards.names(self.tables))
            self.watcher.progress("changes", done=copied, total=copied + left)
            if left <= enough:
                return copied

    def round(self, table: Table) -> int:
        """This copies what is noted of one table, and gives the number of notes.

        Raises:
            Differs: a row that was copied is not what it was copied from.
        """
        with self.old.transaction(snapshot=True):
            notes, keys = guards.touched(self.old, table, limit=ROUND)
            if not notes:
                return 0
            with self._writing():
                rows.copy_keys(self.old, self.new, table, keys)
        self.watcher.reached("round copied")
        # Not before they are copied: a mover that dies in between copies them once more.
        with self.old.transaction():
            guards.take(self.old, notes)
        self._compare_keys(table, keys)
        return len(notes)

    def compare(self) -> None:
        """This compares all tables, block by block.

        Raises:
            Differs: rows differ that nobody has changed since they were copied.
        """
        for table in self.tables:
            total, done, after = rows.estimate(self.old, table), 0, ""
            while True:
                with self._pace.step():
                    end = rows.end_of_block(self.old, table, after, size=BLOCK)
                    different = rows.different_in_block(self.old, self.new, table, after, end or "")
                    self._refuse_unnoted(table, different)
                if end is None:
                    break
                after, done = end, done + min(BLOCK, total)
                self.watcher.progress(f"comparing {table.name}", done=done, total=max(total, done))
                self.watcher.reached("block compared")

    def take_sequences_along(self) -> None:
        """This has serial numbers go on where they were, in the caller's transaction there."""
        for table in self.tables:
            rows.set_sequence(self.new, table, rows.sequence_of(self.old, table, table.name))

    def empty(self, side: Side) -> None:
        """This deletes the rows of all tables on the side that is copied to, children first."""
        for table in reversed(self.tables):
            rows.delete_all(side, table)

    def _copy_table(self, table: Table) -> None:
        so_far = read_progress(self.new, self.module, table.target)
        if so_far.done:
            return
        total, done, after = rows.estimate(self.old, table), 0, so_far.upto
        while True:
            with self._pace.step():
                end = rows.end_of_block(self.old, table, after, size=BLOCK)
                with self._writing():
                    if end is not None:
                        rows.copy_block(self.old, self.new, table, after, end)
                    write_progress(
                        self.new, self.module, table.target, upto=end or after, done=end is None
                    )
            self.watcher.reached("block copied")
            if end is None:
                return
            after, done = end, done + min(BLOCK, total)
            self.watcher.progress(f"copying {table.name}", done=done, total=max(total, done))

    def _compare_keys(self, table: Table, keys: Sequence[str]) -> None:
        self._refuse_unnoted(table, rows.different_keys(self.old, self.new, table, keys))

    def _refuse_unnoted(self, table: Table, different: Sequence[str]) -> None:
        if not different:
            return
        # Asked afterwards: what has changed before it was compared is noted by now.
        unnoted = sorted(set(different) - guards.touched_among(self.old, table, different))
        if unnoted:
            named = ", ".join(unnoted[:5]) + (", …" if len(unnoted) > 5 else "")
            raise Differs(
                f"{len(unnoted)} rows of {table.name} are not the same on both sides, though "
                f"nobody has changed them since they were copied ({named}): something else writes "
                f"{table.target} of {self.new.name}; stop it, --abort, and begin anew"
            )

    def _writing(self) -> AbstractContextManager[None]:
        """This is a transaction there in which guards, if there are any, let the copy pass."""
        return guards.passing(self.new, self.module)
