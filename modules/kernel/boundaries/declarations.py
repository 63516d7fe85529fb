"""Manifests against code: a ``module.toml`` says all that its module does, and nothing else.

Called by the report and by a test. What a module consumes, requires and serves decides how
it is extracted, secured and drawn; so a manifest that is wrong is worse than none.
"""

from collections.abc import Collection, Iterator, Mapping

from modules.kernel.boundaries.behaviour import (
    Unreadable,
    behaviour_of,
    contracts_imported,
    ways_around_interfaces,
)
from modules.kernel.boundaries.finding import Finding
from modules.kernel.manifests import (
    Manifest,
    ModuleConfig,
    Route,
    installed_modules,
    without_converters,
)
from modules.kernel.resilience import DEFAULT

_KEYS = ("owns", "publishes", "sends", "consumes", "provides", "requires", "routes")


def declaration_findings() -> Iterator[Finding]:
    """This compares the manifest of each installed module with its code."""
    modules = installed_modules()
    lent = {one.label: contracts_imported(one, layer="contracts") for one in modules}
    for module in modules:
        yield from _of_module(module, lent)


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


def undeclared_dependencies(
    declared: Manifest, imported: Mapping[str, str], *, lent: Mapping[str, Collection[str]]
) -> Iterator[Finding]:
    """This gives each module whose contracts are imported and of which the manifest says nothing.

    Args:
        imported: the file that imports, by the module that it imports from.
        lent: the modules of whose words each module's contracts are made. Who asks ordering
            about an address may import the class of the address from where ordering has it.
    """
    named = {
        entry.partition(".")[0]
        for entry in (*declared.requires, *declared.sends, *declared.consumes)
    }
    lenders = {lender for module in named for lender in lent.get(module, ())}
    for module in sorted(set(imported) - named - lenders - {declared.name}):
        yield Finding(
            rule="undeclared-dependency",
            importer=imported[module],
            imported=f"modules.{module}.contracts",
            detail=(
                f"{declared.name} imports contracts of {module}, and its module.toml neither "
                f"requires, sends nor consumes anything of {module}"
            ),
        )


def policies_for_nothing(declared: Manifest) -> Iterator[Finding]:
    """This gives each policy for an interface that the module does not require.

    Such a policy is not obeyed by anything, and whoever wrote it believes that it is.
    """
    for name in sorted(declared.policies):
        if name != DEFAULT and ".".join(name.split(".")[:2]) not in declared.requires:
            yield _finding(declared.name, "unused-policies", name, "name an entry of requires")


def _of_module(module: ModuleConfig, lent: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    for file, name in ways_around_interfaces(module):
        yield Finding(
            rule="interface-bypass",
            importer=file,
            imported=name,
            detail=f"{name} asks past the manifest; call interfaces.get(…) with the interface",
        )
    try:
        yield from differences(module.manifest, behaviour_of(module))
        yield from undeclared_dependencies(module.manifest, contracts_imported(module), lent=lent)
        yield from policies_for_nothing(module.manifest)
    except Unreadable as error:
        yield _finding(module.label, "unreadable", "interfaces.get", str(error))


def _values(entries: tuple[str | Route, ...]) -> set[str]:
    said = {entry for entry in entries if isinstance(entry, str)}
    # One path may be declared in parts: reading for everybody, writing for a few.
    methods: dict[str, set[str]] = {}
    for entry in entries:
        if isinstance(entry, Route):
            methods.setdefault(without_converters(entry.path), set()).update(entry.methods)
    return said | {f"{' '.join(sorted(methods[path])) or 'any method'} /{path}" for path in methods}


def _finding(module: str, rule: str, value: str, cure: str) -> Finding:
    what = "does it and does not say so" if rule.startswith("undeclared") else "says it only"
    detail = cure if rule == "unreadable" else f"{module} {what}: {value}; {cure}"
    return Finding(rule=rule, importer=f"modules.{module}", imported=value, detail=detail)
