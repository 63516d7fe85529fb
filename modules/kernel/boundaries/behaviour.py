"""What a module does, seen from the outside: the counterpart of its manifest.

Handlers, providers and routes are read from the running system; what is sent and which
interfaces are asked is read from the module's source.
"""

import ast
import importlib
import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from modules.kernel import interfaces
from modules.kernel.boundaries.routes import routes_of
from modules.kernel.boundaries.source import SourceFile, source_files
from modules.kernel.contracts import InterfaceContract, Kind, MessageContract
from modules.kernel.manifests import Manifest, ModuleConfig
from modules.kernel.messaging.catalogue import message_classes
from modules.kernel.messaging.followers import followers
from modules.kernel.messaging.subscriptions import subscriptions

_INTERFACES = "modules.kernel.interfaces"
_ASKING = f"{_INTERFACES}.get"
#: What a module may use of interfaces, beside their errors.
_FOR_MODULES = {
    "get",
    "within",
    "current_call",
    "current_principal",
    "Call",
    "location_of",
    "Location",
}


class Unreadable(ValueError):
    """This says that code must be written so that its meaning can be read without running it."""


def behaviour_of(module: ModuleConfig) -> Manifest:
    """This gives the manifest that would fit the module's code.

    Raises:
        Unreadable: an interface is asked for by something else than its imported name.
    """
    files = source_files(module.name, Path(module.path))
    sent = set(_messages_sent(module.label, files))
    return Manifest(
        name=module.label,
        title=module.manifest.title,
        summary=module.manifest.summary,
        owns=_tables(module),
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


def contracts_imported(module: ModuleConfig, *, layer: str = "") -> dict[str, str]:
    """This gives the modules whose contracts the code imports, each with a file that does.

    Args:
        layer: only what is imported in this layer of the module.
    """
    found: dict[str, str] = {}
    for file in source_files(module.name, Path(module.path)):
        for name, _ in file.imports() if layer in ("", file.layer) else ():
            part = name.split(".")
            if part[0] == "modules" and len(part) > 2 and part[2] == "contracts":
                found.setdefault(part[1], file.name)
    found.pop("kernel", None)
    return found


def ways_around_interfaces(module: ModuleConfig) -> Iterator[tuple[str, str]]:
    """This gives each name of the kernel's interfaces that is not for modules, with its file.

    A registry, a binding or a transport asks in nobody's name, past every manifest.
    """
    for file in source_files(module.name, Path(module.path)):
        for node in file.nodes:
            name = file.dotted(node)
            if name.startswith(f"{_INTERFACES}."):
                part = name.removeprefix(f"{_INTERFACES}.").partition(".")[0]
                found = getattr(interfaces, part, None)
                is_error = inspect.isclass(found) and issubclass(found, Exception)
                if part not in _FOR_MODULES and not is_error:
                    yield file.name, name


def _tables(module: ModuleConfig) -> tuple[str, ...]:
    models = module.get_models(include_auto_created=True)
    return tuple(sorted(model._meta.db_table for model in models if model._meta.managed))


def _consumed(module: str) -> tuple[str, ...]:
    """This gives what the module handles, or makes read models of.

    What the kernel sends to itself is not its affair.
    """
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
    followed = {name for kind in followers() if kind.module == module for name in kind.names or ()}
    return tuple(sorted((handled | followed) - of_kernel))


def _messages_sent(module: str, files: Iterable[SourceFile]) -> Iterator[MessageContract]:
    """This gives the messages that the code makes, or that its sagas name.

    A message is made in order to be sent. A saga's steps name the commands they send and
    leave the making to the engine. Another module's command is good for nothing but sending:
    to name it is to send it, whoever makes it.
    """
    for file in files:
        if file.layer == "contracts":
            continue
        for node in file.nodes:
            named = node.func if isinstance(node, ast.Call) else node
            contract = getattr(_find(file.dotted(named)), "__contract__", None)
            if isinstance(contract, MessageContract) and (
                node is not named
                or file.layer == "sagas"
                or (contract.kind is Kind.COMMAND and contract.module != module)
            ):
                yield contract


def _interfaces_asked(files: Iterable[SourceFile]) -> Iterator[InterfaceContract]:
    for file in files:
        calls = {id(node.func): node for node in file.nodes if isinstance(node, ast.Call)}
        for node in file.nodes:
            if not isinstance(node, ast.Name | ast.Attribute) or file.dotted(node) != _ASKING:
                continue
            call = calls.get(id(node))
            asked = _find(file.dotted(call.args[0])) if call and call.args else None
            contract = getattr(asked, "__interface__", None)
            if not isinstance(contract, InterfaceContract):
                # `ask = interfaces.get` would hide what is asked from this check, as well.
                raise Unreadable(
                    f"{file.name}:{node.lineno}: call interfaces.get(…) where it stands, with the "
                    "interface as it was imported, so that the manifest can be checked"
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
