"""The modules' source as a tree, with every name followed back to where it was imported from."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class SourceFile:
    """This is one Python file of a module.

    Attributes:
        name: its dotted name.
        layer: the first name below the module, for example ``models``; empty for its root.
    """

    name: str
    layer: str
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"), filename=str(self.path))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))

    @cached_property
    def _imported(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    names[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    names[alias.asname or alias.name] = f"{self._source(node)}.{alias.name}"
        return names

    def dotted(self, node: ast.AST) -> str:
        """This gives the full name an expression stands for; empty where it is no plain name.

        With ``from django.apps import apps as registry``, ``registry.get_model`` is
        ``django.apps.apps.get_model``.
        """
        if isinstance(node, ast.Name):
            return self._imported.get(node.id, f"{self.name}.{node.id}")
        if isinstance(node, ast.Attribute):
            left = self.dotted(node.value)
            return f"{left}.{node.attr}" if left else ""
        return ""

    def imports(self) -> Iterator[tuple[str, int]]:
        """This gives the full name and the line of everything the file imports."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield f"{self._source(node)}.{alias.name}", node.lineno

    def strings(self) -> Iterator[tuple[str, int]]:
        """This gives every string of the file and its line; its docstrings are among them."""
        for node in self.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, node.lineno

    def _source(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]
        for _ in range(node.level - 1):
            package = package.rpartition(".")[0]
        return f"{package}.{node.module}" if node.module else package


def source_files(package: str, folder: Path) -> tuple[SourceFile, ...]:
    """This gives the Python files of a module but its tests, in the order of their paths.

    Args:
        package: the module's dotted name, for example ``modules.payments``.
        folder: where it is.
    """
    files = []
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if "tests" not in parts and "conftest" not in parts:
            name = ".".join((package, *parts))
            files.append(SourceFile(name, parts[0] if parts else "", path))
    return tuple(files)
