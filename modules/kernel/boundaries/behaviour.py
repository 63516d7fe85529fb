"""What a module does, seen from the outside: the counterpart of its manifest.

Handlers, providers and routes are read from the running system; what is sent and which
interfaces are asked is read from the module's source.
"""

import ast
import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from modules.kernel import interfaces
from modules.kernel.boundaries.routes import routes_of
from modules.kernel.boundaries.source import SourceFile, source_files
from modules.kernel.contracts import InterfaceContract, Kind, MessageContract
from modules.kernel.manifests import Manifest, ModuleConfig
from modules.kernel.messaging.catalogue import message_classes
from modules.kernel.messaging.subscriptions import subscriptions

_ASKING = {"modules.kernel.interfaces.get", "modules.kernel.interfaces.registry.get"}


class Unreadable(ValueError):
    """This says that code must be written so that its meaning can be read without running it."""


def behaviour_of(module: ModuleConfig) -> Manifest:
    """This gives the manifest that would fit the module's code.

    Raises:
        Unreadable: an interface is asked for by something else than its imported name.
    """
    files = source_files(module.name, Path(module.path))
    sent = set(_messages_sent(files))
    return Manifest(
        name=module.label,
        title=module.manifest.title,
        summary=module.manifest.summary,
        publishes=_names(m for m in sent if m.kind is Kind.EVENT and m.module == module.label),
        sends=_names(m for m in sent if m.kind is Kind.COMMAND and m.module != module.label),
        consumes=_consumed(module.label),
        provides=tuple(sorted(c.name for c in interfaces.provided() if c.module == module.label)),
        requires=tuple(
            sorted(
                {
                    f"{contract.module}.{contract.name}"
                    for contract in _interfaces_asked(files)
                    if contract.module != module.label
                }
            )
        ),
        routes=routes_of(importlib.import_module(f"{module.name}.urls").urlpatterns),
    )


def _consumed(module: str) -> tuple[str, ...]:
    """This gives what the module handles; what the kernel sends to itself is not its affair."""
    of_kernel = {
        entry.contract.name
        for entry in message_classes()
        if entry.cls.__module__.startswith("modules.kernel.")
    }
    handled = {
        name
        for subscription in subscriptions()
        if subscription.module == module
        for name in subscription.handlers
    }
    return tuple(sorted(handled - of_kernel))


def _messages_sent(files: Iterable[SourceFile]) -> Iterator[MessageContract]:
    """This gives the messages that the code makes, or that its sagas name.

    A message is made in order to be sent. A saga's steps name the commands they send and
    leave the making to the engine.
    """
    for file in files:
        if file.layer == "contracts":
            continue
        for node in file.nodes:
            named = node.func if isinstance(node, ast.Call) else node
            if node is named and file.layer != "sagas":
                continue
            contract = getattr(_find(file.dotted(named)), "__contract__", None)
            if isinstance(contract, MessageContract):
                yield contract


def _interfaces_asked(files: Iterable[SourceFile]) -> Iterator[InterfaceContract]:
    for file in files:
        for node in file.nodes:
            if isinstance(node, ast.Call) and file.dotted(node.func) in _ASKING:
                asked = _find(file.dotted(node.args[0])) if node.args else None
                contract = getattr(asked, "__interface__", None)
                if not isinstance(contract, InterfaceContract):
                    raise Unreadable(
                        f"{file.name}:{node.lineno}: name the interface in interfaces.get(…) "
                        "as it was imported, so that the manifest can be checked"
                    )
                yield contract


def _find(dotted: str) -> Any:
    """This gives what a full name stands for; None where it is nothing of the modules."""
    if not dotted.startswith("modules."):
        return None
    package, _, name = dotted.rpartition(".")
    try:
        return getattr(importlib.import_module(package), name, None)
    except ModuleNotFoundError:
        return None


def _names(contracts: Iterable[MessageContract]) -> tuple[str, ...]:
    return tuple(sorted({contract.name for contract in contracts}))
