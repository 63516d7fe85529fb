"""The editions of every contract that were released: read from git, as of a revision.

Each form in which a schema file was ever committed counts: messages of that form may still
be in a log or an archive.
"""

import io
import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from modules.kernel.schemas.modes import Edition

_FILES = ":(glob)modules/*/contracts/schemas/*.json"


class Unreadable(Exception):
    """This says why the released contracts cannot be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """This is what was released up to a revision.

    Attributes:
        revision: the commit, abbreviated.
        editions: of each file by its path, oldest first; without those that repeat.
        present: the paths that are there at the revision.
    """

    revision: str
    editions: Mapping[str, tuple[Edition, ...]]
    present: frozenset[str]


def releases(root: Path, revision: str = "") -> Releases:
    """This reads the editions that the revision and its ancestors have.

    Args:
        root: of the repository.
        revision: by default where this branch left ``main``: what a branch itself has
            tried and not released binds nobody.

    Raises:
        Unreadable: no git, no such revision, or only a part of the history is here.
    """
    commit = _git(root, "rev-parse", "--verify", "--short", f"{revision or _base(root)}^{{commit}}")
    if _git(root, "rev-parse", "--is-shallow-repository") == "true":
        raise Unreadable(
            "only a part of the history is here, and older editions cannot be judged: "
            "git fetch --unshallow"
        )
    listing = _git(
        root, "log", "--reverse", "--topo-order", "--format=%x00%h", "--name-only", "-m",
        "--no-renames", "--diff-filter=AM", "--relative", commit, "--", _FILES,
    )  # fmt: skip
    committed = [
        (at, path)
        for at, *paths in (entry.split() for entry in listing.split("\0")[1:])
        for path in paths
    ]
    editions: dict[str, list[Edition]] = {}
    for (at, path), text in zip(committed, _contents(root, committed), strict=True):
        known = editions.setdefault(path, [])
        schema = json.loads(text)
        if not known or known[-1].schema != schema:
            known.append(Edition(at=at, schema=schema))
    present = _git(root, "ls-tree", "-r", "--name-only", commit).splitlines()
    return Releases(
        revision=commit,
        editions={path: tuple(known) for path, known in editions.items()},
        present=frozenset(present) & editions.keys(),
    )


def _base(root: Path) -> str:
    for main in ("origin/main", "main"):
        try:
            return _git(root, "merge-base", "HEAD", main)
        except Unreadable:
            continue
    return "HEAD"


def _contents(root: Path, committed: Iterable[tuple[str, str]]) -> Iterator[str]:
    """This gives the text of each file at its commit, all from one git."""
    asked = "".join(f"{at}:./{path}\n" for at, path in committed)
    answer = io.BytesIO(_run(root, "cat-file", "--batch", given=asked.encode()))
    while header := answer.readline():
        yield answer.read(int(header.split()[2])).decode()
        answer.readline()


def _git(root: Path, *arguments: str) -> str:
    return _run(root, *arguments).decode().strip()


def _run(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], input=given, capture_output=True, check=True
        )
    except FileNotFoundError:
        raise Unreadable("git is not installed") from None
    except subprocess.CalledProcessError as error:
        raise Unreadable(f"git {arguments[0]}: {error.stderr.decode().strip()}") from error
    return done.stdout
