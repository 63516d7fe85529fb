"""SQL in the source that names another module's table: what a query guard sees only if it runs."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from modules.kernel.boundaries.source import SourceFile
from modules.kernel.boundaries.sql_names import names_in
from modules.kernel.extraction.readiness.observation import Observation

_SQL = re.compile(r"\b(select|insert|update|delete|from|join|into|table|truncate)\b", re.I)


def sql_on_others(
    module: str,
    files: Mapping[str, Iterable[SourceFile]],
    owners: Mapping[str, str],
    *,
    root: Path,
) -> Iterator[Observation]:
    """This gives each statement by which the module and the others reach each other's tables.

    Args:
        files: the source of every module.
        owners: the module that owns each table.
    """
    for caller, sources in files.items():
        for file in sources:
            for text, line in _strings(file):
                for table in sorted(names_in(text) & owners.keys() if _SQL.search(text) else ()):
                    owner = owners[table]
                    if owner != caller and module in (owner, caller):
                        yield Observation(
                            rule="sql",
                            blocks=True,
                            path=file.path.relative_to(root).as_posix(),
                            line=line,
                            detail=f"SQL of {caller} names {table}, a table of {owner}",
                            advice=f"ask {owner}'s interface, or keep a copy from its events",
                        )


def _strings(file: SourceFile) -> Iterator[tuple[str, int]]:
    documents = {
        id(node.value)
        for node in file.nodes
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in file.nodes:
        if not isinstance(node, ast.Constant) or id(node) in documents:
            continue
        if isinstance(node.value, str):
            yield node.value, node.lineno
