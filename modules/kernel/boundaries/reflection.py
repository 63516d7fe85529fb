"""Ways around the import statement: the registry, import by name, signals.

Called by the system checks over the modules' source. Ruff refuses most of these names where
they are imported (`banned-api` in pyproject.toml); this also sees ``apps.get_app_config(…)
.get_model(…)``, a migration that asks for another module's models, and the dotted name of
another module's code in a string, as a task queue would take it.
"""

import ast
import re
from collections.abc import Iterable, Iterator

from modules.kernel.boundaries.finding import Finding
from modules.kernel.boundaries.source import SourceFile

_REGISTRY = ("django.apps.apps",)
_IMPORT_BY_NAME = (
    "django.utils.module_loading.import_string",
    "importlib.import_module",
    "importlib.util",
    "pkgutil.resolve_name",
    "pydoc.locate",
    "sys.modules",
)
_SIGNALS = (
    "django.dispatch",
    "django.db.models.signals",
    "django.db.backends.signals",
    "django.core.signals",
    "django.contrib.auth.signals",
)
_LOOKUPS = ("get_model", "get_models", "get_registered_model")

_WHY_NOT_REGISTRY = "another module's models are its own; ask its published interface"
_WHY_NOT_BY_NAME = "an import by name passes every import check"
_WHY_NOT_SIGNALS = "a signal hides who calls whom; publish an event"

_CODE_BY_NAME = re.compile(r"modules\.(?P<module>\w+)\.(?P<layer>\w+)(\.\w+)*")


def reflection_findings(module: str, files: Iterable[SourceFile]) -> Iterator[Finding]:
    """This gives each use of reflection or of a signal in a module's files.

    Args:
        module: the module's name; its migrations may ask for the models of this app only.
    """
    for file in files:
        found = set(_code_in_strings(module, file))
        found.update(_in_migration(module, file) if file.layer == "migrations" else _in_code(file))
        yield from sorted(found)


def _in_code(file: SourceFile) -> Iterator[Finding]:
    for name, line in file.imports():
        yield from _refused(file, line, name)
    for node in file.nodes:
        if isinstance(node, ast.Attribute):
            refused = tuple(_refused(file, node.lineno, file.dotted(node)))
            yield from refused
            if not refused and node.attr in _LOOKUPS:
                yield _finding(file, node.lineno, node.attr, _WHY_NOT_REGISTRY)
        elif isinstance(node, ast.Name) and node.id == "__import__":
            yield _finding(file, node.lineno, node.id, _WHY_NOT_BY_NAME)


def _refused(file: SourceFile, line: int, name: str) -> Iterator[Finding]:
    if _is_below(name, _REGISTRY):
        yield _finding(file, line, name, _WHY_NOT_REGISTRY)
    elif _is_below(name, _IMPORT_BY_NAME):
        yield _finding(file, line, name, _WHY_NOT_BY_NAME)
    elif _is_below(name, _SIGNALS):
        yield _finding(file, line, name, _WHY_NOT_SIGNALS, rule="signal")


def _in_migration(module: str, file: SourceFile) -> Iterator[Finding]:
    for node in file.nodes:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _LOOKUPS
            and node.args
        ):
            asked = node.args[0]
            label = asked.value if isinstance(asked, ast.Constant) else "a model not named in place"
            if str(label).partition(".")[0] != module:
                yield _finding(file, node.lineno, str(label), _WHY_NOT_REGISTRY)


def _code_in_strings(module: str, file: SourceFile) -> Iterator[Finding]:
    for text, line in file.strings():
        named = _CODE_BY_NAME.fullmatch(text)
        if named and named["module"] not in (module, "kernel") and named["layer"] != "contracts":
            yield _finding(file, line, text, "it is another module's code; send a command")


def _is_below(name: str, banned: Iterable[str]) -> bool:
    return any(name == top or name.startswith(f"{top}.") for top in banned)


def _finding(
    file: SourceFile, line: int, name: str, why: str, *, rule: str = "reflection"
) -> Finding:
    return Finding(
        rule=rule, importer=file.name, imported=name, detail=f"uses {name}: {why}", line=line
    )
