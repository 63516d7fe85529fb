"""Ways around the import statement: the registry, import by name, signals.

Called by the system checks over the modules' source. Ruff refuses the same names where
they are imported (`banned-api` in pyproject.toml); this also sees ``apps.get_app_config(…)
.get_model(…)`` and a migration that asks for another module's models.
"""

import ast
from collections.abc import Iterable, Iterator

from modules.kernel.boundaries.finding import Finding
from modules.kernel.boundaries.source import SourceFile

_LOOKUPS = ("get_model", "get_models", "get_registered_model")

#: Full names that a business module does not use, and why. Also what lies below them.
BANNED = {
    "django.apps.apps": "another module's models are its own; ask its published interface",
    "django.utils.module_loading.import_string": "an import by name passes every import check",
    "importlib.import_module": "an import by name passes every import check",
    "django.dispatch": "a signal hides who calls whom; publish an event",
    "django.db.models.signals": "a signal hides who calls whom; publish an event",
    "django.db.backends.signals": "a signal hides who calls whom; publish an event",
    "django.core.signals": "a signal hides who calls whom; publish an event",
    "django.contrib.auth.signals": "a signal hides who calls whom; publish an event",
}


def reflection_findings(module: str, files: Iterable[SourceFile]) -> Iterator[Finding]:
    """This gives each use of reflection or of a signal in a module's files.

    Args:
        module: the module's name; its migrations may ask for the models of this app only.
    """
    for file in files:
        found = _in_migration(module, file) if file.layer == "migrations" else _in_code(file)
        yield from sorted(set(found))


def _in_code(file: SourceFile) -> Iterator[Finding]:
    for name, line in file.imports():
        if banned := _banned(name):
            yield _finding(file, line, name, BANNED[banned])
    for node in file.nodes:
        if isinstance(node, ast.Attribute):
            name = file.dotted(node)
            if banned := _banned(name):
                yield _finding(file, node.lineno, name, BANNED[banned])
            elif node.attr in _LOOKUPS:
                yield _finding(file, node.lineno, node.attr, BANNED["django.apps.apps"])


def _in_migration(module: str, file: SourceFile) -> Iterator[Finding]:
    for node in file.nodes:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _LOOKUPS
            and node.args
        ):
            label = _literal(node.args[0])
            if label is None or label.partition(".")[0] != module:
                asked = label or "a model that is not named in place"
                yield _finding(file, node.lineno, asked, BANNED["django.apps.apps"])


def _banned(name: str) -> str:
    return next((b for b in BANNED if name == b or name.startswith(f"{b}.")), "")


def _literal(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _finding(file: SourceFile, line: int, name: str, why: str) -> Finding:
    rule = "signal" if "signal" in why else "reflection"
    return Finding(
        rule=rule, importer=file.name, imported=name, detail=f"uses {name}: {why}", line=line
    )
