"""Every message class of this deployable by wire name and version, and its encoding.

Filled by `modules.kernel.manifests` when the apps are ready; read afterwards.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from modules.kernel.contracts import MessageContract, Personal, contract_of, personal_fields
from modules.kernel.messaging import protection

_classes: dict[tuple[str, int], "MessageClass"] = {}
_personal: dict[type, Mapping[str, Personal]] = {}
_sent: set[str] = set()
_stored: set[str] = set()
_encoder = msgspec.json.Encoder()


class UnknownMessage(LookupError):
    """This says that no installed module declares the message."""


class Unsealable(ValueError):
    """This says why what is personal in data from elsewhere cannot be sealed."""


@dataclass(frozen=True, slots=True)
class MessageClass:
    """This is a message class with its contract and the decoder made for it once.

    Attributes:
        personal: the fields whose texts are stored encrypted; empty for most classes.
    """

    cls: type
    contract: MessageContract
    decoder: msgspec.json.Decoder[object]
    personal: Mapping[str, Personal]

    def decode(self, data: str | bytes) -> object:
        """This gives the message back from its JSON text as the log has it."""
        if self.personal:
            data = protection.installed().open(data if isinstance(data, str) else data.decode())
        return self.decoder.decode(data)


def register_message(cls: type) -> None:
    """This makes the class known under its wire name and version.

    Raises:
        ValueError: another class has the name and version already.
    """
    contract = contract_of(cls)
    known = _classes.get((contract.name, contract.version))
    if known is not None and known.cls is not cls:
        raise ValueError(
            f"{contract.name} v{contract.version} is declared twice: "
            f"{known.cls.__module__}.{known.cls.__qualname__} "
            f"and {cls.__module__}.{cls.__qualname__}"
        )
    entry = MessageClass(cls, contract, msgspec.json.Decoder(cls), personal_fields(cls))
    _classes[contract.name, contract.version] = entry
    if entry.personal:
        _personal[cls] = entry.personal


def register_versions(cls: type) -> None:
    """This makes the class known, with the other versions that are declared beside it.

    For who handles a message: the module that declares it may run elsewhere.
    """
    name = contract_of(cls).name
    for value in [cls, *vars(sys.modules[cls.__module__]).values()]:
        contract = getattr(value, "__contract__", None)
        if (
            isinstance(value, type)
            and isinstance(contract, MessageContract)
            and contract.name == name
        ):
            register_message(value)


def message_class(name: str, version: int) -> MessageClass:
    """This finds a message class by wire name and version.

    Raises:
        UnknownMessage: none is registered.
    """
    try:
        return _classes[name, version]
    except KeyError:
        raise UnknownMessage(
            f"no installed module declares {name} v{version}; "
            "add it to the contracts of the module that the name begins with"
        ) from None


def message_classes() -> tuple[MessageClass, ...]:
    """This gives all registered message classes, sorted by name and version."""
    return tuple(entry for _, entry in sorted(_classes.items()))


def announce_sent(names: Iterable[str]) -> None:
    """This notes the wire names of commands that a module here sends to others."""
    _sent.update(names)


def sent_names() -> tuple[str, ...]:
    """This gives the wire names of all commands that modules here send to others, sorted."""
    return tuple(sorted(_sent))


def announce_stored(names: Iterable[str]) -> None:
    """This notes the wire names of events that streams are made of, for good."""
    _stored.update(names)


def stored_names() -> tuple[str, ...]:
    """This gives the wire names of all events that streams are made of, sorted."""
    return tuple(sorted(_stored))


def is_stored(name: str) -> bool:
    """This tells whether streams are made of an event."""
    return name in _stored


def encode(message: object) -> str:
    """This gives the message's data as JSON text, what is personal in it encrypted."""
    personal = _personal.get(type(message))
    if personal is not None:
        values: dict[str, Any] = msgspec.to_builtins(message)
        protection.installed().seal(values, personal)
        message = values
    return _encoder.encode(message).decode()


def sealed(name: str, version: int, data: str) -> str:
    """This gives a message's data from elsewhere as the log here keeps it: what is personal sealed.

    Of what no class here describes nothing is known to be personal.

    Raises:
        Unsealable: it cannot be read, or whom it belongs to is missing.
    """
    entry = _classes.get((name, version))
    if entry is None or not entry.personal:
        return data
    try:
        values = msgspec.json.decode(data, type=dict[str, Any])
        for field, mark in entry.personal.items():
            if field in values and mark.of not in values:
                raise Unsealable(f"{mark.of!r}, whom what is personal in it belongs to, is missing")
        protection.installed().seal(values, entry.personal)
        return _encoder.encode(values).decode()
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Unsealable(f"what is personal in it cannot be read: {error}") from error


def decode(name: str, version: int, data: str | bytes) -> object:
    """This gives the message back from its JSON text; fields it does not know are ignored.

    Raises:
        UnknownMessage: no class is registered for it.
        msgspec.ValidationError: the data do not fit the class.
    """
    return message_class(name, version).decode(data)
