"""Manifests against code: a ``module.toml`` says all that its module does, and nothing else.

Called by the report and by a test. What a module consumes, requires and serves decides how
it is extracted, secured and drawn; so a manifest that is wrong is worse than none.
"""

from collections.abc import Iterator

from modules.kernel.boundaries.behaviour import Unreadable, behaviour_of
from modules.kernel.boundaries.finding import Finding
from modules.kernel.boundaries.routes import without_converters
from modules.kernel.manifests import Manifest, ModuleConfig, Route, installed_modules

_KEYS = ("publishes", "sends", "consumes", "provides", "requires", "routes")


def declaration_findings() -> Iterator[Finding]:
    """This compares the manifest of each installed module with its code."""
    for module in installed_modules():
        yield from _of_module(module)


def differences(declared: Manifest, done: Manifest) -> Iterator[Finding]:
    """This gives what one of the two says and the other does not."""
    for key in _KEYS:
        said, seen = _values(getattr(declared, key)), _values(getattr(done, key))
        for value in sorted(seen - said):
            yield _finding(
                declared.name, f"undeclared-{key}", value, f"add it to {key} in module.toml"
            )
        for value in sorted(said - seen):
            yield _finding(
                declared.name, f"unused-{key}", value, f"take it out of {key} in module.toml"
            )


def _of_module(module: ModuleConfig) -> Iterator[Finding]:
    try:
        yield from differences(module.manifest, behaviour_of(module))
    except Unreadable as error:
        yield _finding(module.label, "unreadable", "interfaces.get", str(error))


def _values(entries: tuple[str | Route, ...]) -> set[str]:
    return {
        entry
        if isinstance(entry, str)
        else f"{' '.join(sorted(entry.methods)) or 'any method'} /{without_converters(entry.path)}"
        for entry in entries
    }


def _finding(module: str, rule: str, value: str, cure: str) -> Finding:
    what = "does it and does not say so" if rule.startswith("undeclared") else "says it only"
    detail = cure if rule == "unreadable" else f"{module} {what}: {value}; {cure}"
    return Finding(rule=rule, importer=f"modules.{module}", imported=value, detail=detail)
