"""Templates and static files: a module's pages are made of its own parts and the kernel's.

Called by the system checks. Django looks all of them up by path in one space, so a module
can use another's without an import, or put its own in the place of another's.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from modules.kernel.boundaries.finding import Finding
from modules.kernel.boundaries.source import SourceFile

_FOLDERS = ("templates", "static")
_TAG = re.compile(r"""{%\s*(?:extends|include|static|import|from)\s+["']([^"']+)["']""")


def template_findings(
    folders: Iterable[tuple[str, Path]], sources: Iterable[tuple[str, SourceFile]]
) -> Iterator[Finding]:
    """This gives each use of another module's template or static file, and each clash.

    Args:
        folders: each module's name and folder.
        sources: each module's name with each of its Python files.
    """
    folders = tuple(folders)
    owners: dict[str, list[str]] = defaultdict(list)
    for module, folder in folders:
        for path, _ in _parts(folder):
            owners[path].append(module)
    for path, claimants in sorted(owners.items()):
        for module in claimants[1:]:
            yield Finding(
                rule="template-owned-twice",
                importer=f"modules.{module}",
                imported=path,
                detail=f"{path} is a file of {claimants[0]} too, and one of the two is never seen",
            )
    for module, importer, path, line in (*_by_tags(folders), *_by_strings(sources)):
        if path in owners and module not in owners[path]:
            yield Finding(
                rule="template",
                importer=importer,
                imported=path,
                detail=f"uses {path} of {owners[path][0]}; make it a part of modules.kernel.pages",
                line=line,
            )


def _parts(folder: Path) -> Iterator[tuple[str, Path]]:
    """This gives the templates and static files of a module by the path Django knows them by."""
    for kind in _FOLDERS:
        for file in sorted((folder / kind).rglob("*")):
            if file.is_file():
                yield file.relative_to(folder / kind).as_posix(), file


def _by_tags(folders: Iterable[tuple[str, Path]]) -> Iterator[tuple[str, str, str, int]]:
    for module, folder in folders:
        for path, file in _parts(folder):
            if file.is_relative_to(folder / "templates"):
                lines = file.read_text(encoding="utf-8").splitlines()
                for number, line in enumerate(lines, start=1):
                    for used in _TAG.findall(line):
                        yield module, f"modules.{module}.templates/{path}", used, number


def _by_strings(sources: Iterable[tuple[str, SourceFile]]) -> Iterator[tuple[str, str, str, int]]:
    for module, file in sources:
        for text, line in file.strings():
            yield module, file.name, text, line
