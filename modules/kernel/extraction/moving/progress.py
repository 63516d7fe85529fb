"""How far copying is, kept on the side that is copied to, in the transaction of what was copied."""

from __future__ import annotations

from dataclasses import dataclass

from modules.kernel.extraction.moving.sides import Side


@dataclass(frozen=True, slots=True)
class Done:
    """This is how far one table, or the log, has been copied."""

    upto: str = ""
    done: bool = False


def read_progress(side: Side, module: str, what: str) -> Done:
    """This gives how far something is; nothing, where it has not begun."""
    rows = side.query(
        "SELECT upto, done FROM extraction_progress WHERE module = %s AND what = %s", [module, what]
    )
    return Done(rows[0][0], bool(rows[0][1])) if rows else Done()


def write_progress(side: Side, module: str, what: str, *, upto: str, done: bool) -> None:
    """This notes how far something is, in the caller's transaction."""
    side.execute(
        "INSERT INTO extraction_progress (module, what, upto, done) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (module, what) DO UPDATE SET upto = excluded.upto, done = excluded.done",
        [module, what, upto, done],
    )


def forget_progress(side: Side, module: str) -> None:
    """This has all of it begin anew, in the caller's transaction."""
    side.execute("DELETE FROM extraction_progress WHERE module = %s", [module])
