"""The files that a service has as they are in the monolith, byte for byte."""

from collections.abc import Iterator
from pathlib import Path

from modules.kernel.extraction.writing.facts import Facts

#: Written anew for each deployable.
_OF_THE_DEPLOYABLE = Path("config/settings/deployable.py")
_SINGLE = (
    "manage.py",
    "LICENSE",
    "Dockerfile",
    ".dockerignore",
    ".editorconfig",
    ".gitignore",
    "modules/__init__.py",
    "requirements/install.in",
    "requirements/install.txt",
)
_CACHES = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def carried(facts: Facts, *, root: Path) -> dict[Path, bytes]:
    """This gives them by their paths from the root.

    Of the neighbours these are the contracts, and the empty ``__init__.py`` without which
    nothing below it can be imported.
    """
    paths = {Path(name) for name in _SINGLE if (root / name).exists()}
    for folder in ("config", "modules/kernel", f"modules/{facts.module}"):
        paths |= set(_below(root, folder))
    for neighbour in facts.neighbours:
        paths |= {Path("modules", neighbour, "__init__.py")}
        paths |= set(_below(root, f"modules/{neighbour}/contracts"))
    return {path: (root / path).read_bytes() for path in sorted(paths - {_OF_THE_DEPLOYABLE})}


def _below(root: Path, folder: str) -> Iterator[Path]:
    for path in (root / folder).rglob("*"):
        if path.is_file() and path.suffix != ".pyc" and not _CACHES & set(path.parts):
            yield path.relative_to(root)
