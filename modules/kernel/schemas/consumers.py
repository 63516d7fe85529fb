"""Who consumes what: the modules that a broken contract breaks, and what they read of it.

Messages' consumers are the registered handlers and read models, which a test holds equal to
`consumes` of the manifests. Who asks an interface stands under `requires`.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

from modules.kernel.messaging.followers import followers
from modules.kernel.messaging.subscriptions import Handler, subscriptions
from modules.kernel.schemas.committed import module_folders
from modules.kernel.schemas.fields_read import fields_read


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """This is a module that consumes a contract.

    Attributes:
        reads: the fields that it reads, or None where that cannot be told.
    """

    module: str
    reads: frozenset[str] | None = None

    def may_read(self, field: str) -> bool:
        return self.reads is None or field in self.reads


#: The consumers of a contract, by ``module.message_name`` or ``module.Interface``.
Consumers = Mapping[str, tuple[Consumer, ...]]


def installed_consumers() -> Consumers:
    """This gives the consumers of every contract of this deployable."""
    handlers: dict[str, dict[str, list[Handler]]] = {}
    for subscription in subscriptions():
        for name, handling in subscription.handlers.items():
            by_module = handlers.setdefault(name, {})
            by_module.setdefault(subscription.module, []).extend(handling)
    reads = {
        (name, module): _reads(handling)
        for name, by_module in handlers.items()
        for module, handling in by_module.items()
    }
    # A read model is handed the whole message: what it makes rows of cannot be told.
    reads |= {(name, kind.module): None for kind in followers() for name in kind.names or ()}
    consumers: dict[str, list[Consumer]] = {}
    for (name, module), fields in sorted(reads.items(), key=itemgetter(0)):
        consumers.setdefault(name, []).append(Consumer(module=module, reads=fields))
    for module, folder in sorted(module_folders().items()):
        manifest = tomllib.loads((folder / "module.toml").read_text(encoding="utf-8"))
        for interface in manifest.get("requires", ()):
            consumers.setdefault(interface, []).append(Consumer(module=module))
    return {name: tuple(found) for name, found in consumers.items()}


def _reads(handling: Iterable[Handler]) -> frozenset[str] | None:
    functions = [one for handler in handling for one in (handler.call, handler.record) if one]
    found = [fields_read(function) for function in functions]
    known = [fields for fields in found if fields is not None]
    return frozenset().union(*known) if len(known) == len(found) else None
