"""A later kernel or module for a service that exists: three-way, never over hand-made changes.

The base is what was written last, *theirs* what would be written now, *ours* what stands in the
folder. Where both have changed, `git merge-file` puts the two together; what it cannot put
together is left as it stands, with what was to be changed beside it in ``FILE.rej``. Mend the
file, delete the ``.rej`` and update again: then it counts as settled.

Source: Khanna, Kunal and Pierce, "A formal investigation of diff3" (2007).
"""

import difflib
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from modules.kernel.extraction.writing.plan import EXECUTABLE, Files
from modules.kernel.extraction.writing.record import Record, write_record


class Outcome(StrEnum):
    """This is what an update does to one file."""

    WRITTEN = "written"
    MERGED = "merged"
    REMOVED = "removed"
    KEPT = "kept"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """This is what an update does to one file that is not as it should be.

    Attributes:
        content: what the file becomes; None where it is removed or left as it stands.
        why: of a conflict, for a person.
    """

    path: Path
    outcome: Outcome
    content: bytes | None = None
    why: str = ""


def update(record: Record, theirs: Files, *, folder: Path) -> tuple[Update, ...]:
    """This works out what an update would do; nothing is written."""
    paths = sorted(set(record.files) | set(theirs))
    return tuple(
        found
        for path in paths
        if (found := _of_one(path, record, theirs.get(path), folder=folder)) is not None
    )


def carry_out(
    updates: tuple[Update, ...], record: Record, theirs: Files, *, folder: Path
) -> dict[str, str]:
    """This writes what was worked out and the new record, and gives the conflicts that are left."""
    conflicts: dict[str, str] = {}
    base = dict(theirs)
    for one in updates:
        path = folder / one.path
        if one.outcome is Outcome.REMOVED:
            path.unlink()
        elif one.outcome is Outcome.CONFLICT:
            conflicts[one.path.as_posix()] = _hash(theirs.get(one.path))
            _reject(one.path, record.files.get(one.path), theirs.get(one.path), folder=folder)
            # The base stays, so that the same change is found to be missing next time.
            base.pop(one.path, None)
            if one.path in record.files:
                base[one.path] = record.files[one.path]
        elif one.content is not None:
            write_file(path, one.content, executable=one.path in EXECUTABLE)
    write_record(replace(record, files=base, conflicts=conflicts), folder=folder)
    return conflicts


def write_file(path: Path, content: bytes, *, executable: bool = False) -> None:
    """This writes one file of a service, with the folders that lead to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if executable:
        path.chmod(0o755)


def _of_one(path: Path, record: Record, theirs: bytes | None, *, folder: Path) -> Update | None:
    base = record.files.get(path)
    ours = (folder / path).read_bytes() if (folder / path).is_file() else None
    if ours == theirs or theirs == base:
        kept = ours != theirs
        return Update(path=path, outcome=Outcome.KEPT) if kept else None
    if ours == base:
        if theirs is None:
            return Update(path=path, outcome=Outcome.REMOVED)
        return Update(path=path, outcome=Outcome.WRITTEN, content=theirs)
    is_settled = record.conflicts.get(path.as_posix()) == _hash(theirs)
    if is_settled and not _rejected(folder / path).exists():
        return Update(path=path, outcome=Outcome.KEPT)
    if ours is None:
        return _conflict(path, "it was removed here and has changed in the monolith")
    if theirs is None:
        return _conflict(path, "it was changed here and is gone from the monolith")
    if base is None:
        return _conflict(path, "it was made here and in the monolith")
    merged = _merged(ours, base, theirs)
    if merged is None:
        return _conflict(path, "the same lines were changed here and in the monolith")
    return Update(path=path, outcome=Outcome.MERGED, content=merged)


def _conflict(path: Path, why: str) -> Update:
    return Update(path=path, outcome=Outcome.CONFLICT, why=why)


def _merged(ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
    """This gives the three put together; None where that cannot be done."""
    git = shutil.which("git")
    if git is None or b"\0" in ours + base + theirs:
        return None
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
            (Path(folder) / name).write_bytes(content)
            names.append(name)
        merging = subprocess.run(
            [git, "merge-file", "--stdout", *names], cwd=folder, capture_output=True, check=False
        )
    return merging.stdout if merging.returncode == 0 else None


def _reject(path: Path, base: bytes | None, theirs: bytes | None, *, folder: Path) -> None:
    """This writes what was to be changed beside the file."""
    change = "".join(
        difflib.unified_diff(
            list(_lines(base)), list(_lines(theirs)), f"a/{path}", f"b/{path}", lineterm="\n"
        )
    )
    write_file(_rejected(folder / path), change.encode())


def _rejected(path: Path) -> Path:
    return path.with_name(f"{path.name}.rej")


def _lines(content: bytes | None) -> Iterator[str]:
    yield from (content or b"").decode("utf-8", "replace").splitlines(keepends=True)


def _hash(content: bytes | None) -> str:
    return hashlib.sha256(content or b"").hexdigest()
