"""What the service has to know: its module, whose contracts it needs, and who may call it.

Read from the manifests and from every import of the module, its tests included: what is not
imported is not carried.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from modules.kernel.boundaries.source import SourceFile
from modules.kernel.manifests import Manifest, read_manifest

BROKERS = ("rabbitmq", "kafka", "sns_sqs")


class NotSelfContained(ValueError):
    """This says what of other modules, beside their contracts, the module or its tests use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """This is what the service has to know.

    Attributes:
        all_modules: those of the whole system, in the order of the settings.
        neighbours: modules whose contracts are carried.
        asks: modules whose interfaces it calls, so whose address it needs.
        callers: who may call it, each as ``caller:module.Interface``.
        believed: modules whose keys it has to know: its callers', and the front's.
        broker: one of `BROKERS`.
    """

    manifest: Manifest
    all_modules: tuple[str, ...]
    neighbours: tuple[str, ...]
    asks: tuple[str, ...]
    callers: tuple[str, ...]
    believed: tuple[str, ...]
    broker: str

    @property
    def module(self) -> str:
        return self.manifest.name


def gather(
    module: str, *, root: Path, all_modules: Sequence[str], front: str, broker: str
) -> Facts:
    """This gathers them.

    Args:
        root: of the monolith, the folder with ``modules/``.
        front: the module that passes requests on to it.

    Raises:
        NotSelfContained: it uses more of another module than its contracts.
    """
    folder = root / "modules"
    manifests = {one: read_manifest(folder / one / "module.toml") for one in all_modules}
    manifest = manifests[module]
    callers = tuple(
        f"{other}:{module}.{interface}"
        for other in sorted(manifests)
        for interface in manifest.provides
        if f"{module}.{interface}" in manifests[other].requires
    )
    return Facts(
        manifest=manifest,
        all_modules=tuple(all_modules),
        neighbours=_neighbours(module, folder),
        asks=tuple(sorted({name.partition(".")[0] for name in manifest.requires})),
        callers=callers,
        believed=tuple(sorted({front, *(one.partition(":")[0] for one in callers)} - {module})),
        broker=broker,
    )


def python_files(package: str, folder: Path) -> Iterator[SourceFile]:
    """This gives every Python file of a package, its tests among them."""
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        yield SourceFile(".".join((package, *parts)), parts[0] if parts else "", path)


def beyond_contracts(module: str, *, root: Path) -> tuple[tuple[Path, int, str], ...]:
    """This gives what the module imports of others beside contracts: file, line and name."""
    return _walk(module, root / "modules")[1]


def _neighbours(module: str, folder: Path) -> tuple[str, ...]:
    """This gives the modules whose contracts it imports, and whose contracts those import."""
    neighbours, refused = _walk(module, folder)
    if refused:
        lines = [f"{path}:{line} imports {name}" for path, line, name in refused]
        raise NotSelfContained(
            f"{module} cannot go alone, it uses more of other modules than their contracts:\n  "
            + "\n  ".join(lines)
            + "\nMend these in the monolith first, so that the module can travel as it is"
        )
    return neighbours


def _walk(module: str, folder: Path) -> tuple[tuple[str, ...], tuple[tuple[Path, int, str], ...]]:
    found: set[str] = set()
    refused: set[tuple[Path, int, str]] = set()
    waiting = [(f"modules.{module}", folder / module)]
    while waiting:
        package, place = waiting.pop()
        for file in python_files(package, place):
            for name, line in file.imports():
                top, other, inside = (*name.split("."), "", "")[:3]
                if top != "modules" or other in ("", "kernel", module):
                    continue
                if inside != "contracts":
                    refused.add((file.path.relative_to(folder.parent), line, name))
                elif other not in found:
                    found.add(other)
                    waiting.append((f"modules.{other}.contracts", folder / other / "contracts"))
    return tuple(sorted(found)), tuple(sorted(refused))
