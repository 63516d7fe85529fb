"""The one table of all that is served: made from the manifests of all modules, wherever they run.

Routing, access, limits, documents and tests read it; what is not in it is served to nobody.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from modules.kernel.manifests import Route, read_manifest, read_route, without_converters

#: What is no module's: Django's admin, documents.
NO_MODULE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """This is one route, and whose it is.

    Attributes:
        module: that serves it; `NO_MODULE` for what the deployable serves beside its modules.
        name: a short one, for limits and logs: methods and path.
    """

    module: str
    route: Route
    name: str


class RouteTable:
    """This finds routes by the pattern that Django has resolved a path to."""

    def __init__(self, declared: Iterable[tuple[str, Route]]) -> None:
        self.entries = tuple(
            Entry(module=module, route=route, name=f"{'|'.join(route.methods)} /{route.path}")
            for module, route in declared
        )
        self._by_path: dict[str, dict[str, Entry]] = {}
        self._below: list[tuple[str, dict[str, Entry]]] = []
        for entry in self.entries:
            path = without_converters(entry.route.path)
            methods = self._by_path.setdefault(path, {})
            methods.update(dict.fromkeys(entry.route.methods, entry))
            if entry.route.prefix:
                self._below.append((path, methods))
        #: What `resolver_match.route` says, as Django says it, once it was looked up.
        self._seen: dict[str, dict[str, Entry]] = {}

    def methods_of(self, pattern: str) -> dict[str, Entry]:
        """This gives the routes of a resolved pattern by method; none if it is not in the table."""
        found = self._seen.get(pattern)
        if found is None:
            found = self._seen[pattern] = self._look_up(without_converters(pattern))
        return found

    def find(self, pattern: str, method: str) -> Entry | None:
        """This gives the route of a resolved pattern and a method; HEAD is as GET."""
        return self.methods_of(pattern).get("GET" if method == "HEAD" else method)

    def _look_up(self, path: str) -> dict[str, Entry]:
        if path in self._by_path:
            return self._by_path[path]
        return next((methods for start, methods in self._below if path.startswith(start)), {})


@cache
def route_table() -> RouteTable:
    """This gives the table of this installation."""
    return RouteTable(_declared(Path(settings.ROOT), settings.QUARRY_ALL_MODULES))


def _declared(root: Path, modules: Iterable[str]) -> Iterator[tuple[str, Route]]:
    for module in modules:
        manifest = root / "modules" / module / "module.toml"
        if manifest.exists():  # A service that was made for one module has not all of them.
            yield from ((module, route) for route in read_manifest(manifest).routes)
    beside = root / "config" / "routes.toml"
    for said in tomllib.loads(beside.read_text(encoding="utf-8"))["routes"]:
        yield NO_MODULE, read_route(said, place=str(beside))
