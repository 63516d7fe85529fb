"""What has changed between the released contracts and today's, judged contract by contract.

Called by ``manage.py contracts check`` with what the code gives, what git has and who
consumes what; reads nothing itself. Keeps P7.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, TypeAlias

from modules.kernel.schemas.compatibility import Incompatible
from modules.kernel.schemas.consumers import Consumer, Consumers
from modules.kernel.schemas.examples import example
from modules.kernel.schemas.hints import hint
from modules.kernel.schemas.keywords import Definitions, Schema, Unjudgeable
from modules.kernel.schemas.modes import Break, Edition, Mode, breaks
from modules.kernel.schemas.releases import Releases

#: ``upcast(name, version, data)`` reads plain data by an upcaster; False where there is none.
Upcasting: TypeAlias = Callable[[str, int, Any], bool]


class Judgement(StrEnum):
    """This says what becomes of a change."""

    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOTED = "noted"

    @property
    def fails(self) -> bool:
        return self is not Judgement.NOTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """This is one change of a contract, and what it does to whom.

    Attributes:
        contract: ``payments.payment_captured v1``, or ``payments.Payments.status``.
        path: the place in the message; empty for the whole.
        reason: what is wrong, or what was noted.
        direction: who writes and who reads; empty where that is not the point.
        against: the commit whose edition it was compared with.
        hint: what the change looks like.
        consumers: whom it breaks.
        example: a message that breaks; None where there is none.
    """

    contract: str
    judgement: Judgement
    reason: str
    path: str = ""
    direction: str = ""
    against: str = ""
    hint: str = ""
    consumers: tuple[Consumer, ...] = ()
    example: Any = None

    @property
    def field(self) -> str:
        """This is the field of the whole message that the path begins with."""
        return _outermost(self.path)


def changes(
    today: Mapping[str, dict[str, Any]],
    released: Releases,
    consumers: Consumers,
    *,
    mode: Mode = Mode.FULL_TRANSITIVE,
    upcast: Upcasting = lambda name, version, data: False,
) -> Iterator[Change]:
    """This judges every contract that is there today or was released.

    Args:
        today: schema documents by path.
        upcast: reads a message of a version that is gone with today's code.
        mode: of messages. Interfaces are kept FULL: a call is not stored, but caller and
            provider may be a release apart.
    """
    for path in sorted(today.keys() | released.editions.keys()):
        history, document = released.editions.get(path, ()), today.get(path)
        is_new = path not in released.present
        if document is None:
            yield from _removed(history, consumers, noted=not is_new, upcast=upcast)
        elif "x-interface" in document:
            yield from _interface(history, document, consumers)
        else:
            yield from _message(history, document, consumers, mode)
            if is_new:
                yield Change(contract=_name(document), judgement=Judgement.NOTED, reason="is new")


def _message(
    history: tuple[Edition, ...], document: dict[str, Any], consumers: Consumers, mode: Mode
) -> Iterator[Change]:
    name = _name(document)
    if mode is Mode.FULL_TRANSITIVE and _is_only_stored(document, consumers):
        mode = Mode.BACKWARD_TRANSITIVE
    breaking = list(breaks(history, document, mode))
    found = [_change(name, one, document, _consumers(document, consumers)) for one in breaking]
    yield from _without_repetition(found)
    if not history or mode is Mode.NONE:
        return
    last = _plain(history[-1].schema)
    for said in ("kind", "key"):
        before, after = last["x-message"][said], document["x-message"][said]
        if before != after:
            yield Change(
                contract=name,
                judgement=Judgement.REFUSED,
                reason=f"its {said} was {before} and is {after}: messages that are under way "
                "would be seen in another order, or by another module",
                against=history[-1].at,
                consumers=_consumers(document, consumers),
                example=_example(last),
            )
    refused = {change.field for change in found}
    yield from _optional_removed(history[-1], document, consumers, refused)


def _optional_removed(
    edition: Edition, document: dict[str, Any], consumers: Consumers, refused: set[str]
) -> Iterator[Change]:
    """This finds optional fields that are gone: nothing fails, but a reader waits in vain."""
    before = _plain(edition.schema)
    gone = {*_fields(before, before.get("$defs", {}))}
    gone -= {*_fields(document, document.get("$defs", {}))}
    for path in sorted(gone):
        field = _outermost(path)
        if field in refused or any(path.startswith((f"{one}.", f"{one}[")) for one in gone):
            continue
        readers = tuple(c for c in _consumers(document, consumers) if c.may_read(field))
        yield Change(
            contract=_name(document),
            judgement=Judgement.REFUSED if readers else Judgement.NOTED,
            reason="it is never sent any more, and who reads it gets the default for ever"
            if readers
            else "is gone, was optional, and nobody here reads it",
            path=path,
            against=edition.at,
            hint=hint(before, document, path.rpartition(".")[2]),
            consumers=readers,
            example=_example(document) if readers else None,
        )


def _interface(
    history: tuple[Edition, ...], document: dict[str, Any], consumers: Consumers
) -> Iterator[Change]:
    if not history:
        return
    edition = history[-1]
    before, after = _plain(edition.schema).get("$defs", {}), document.get("$defs", {})
    asking = _consumers(document, consumers)
    for part in sorted(one for one in before if one.endswith((".arguments", ".result"))):
        name = f"{_name(document)}.{part}"
        if part in after:
            found = breaks((edition,), document, Mode.FULL, part=partial(_part, part=part))
            yield from _without_repetition(_change(name, one, document, asking) for one in found)
        elif part.endswith(".result"):
            asked = _example(_part(edition.schema, part.replace(".result", ".arguments")))
            yield _gone(name.removesuffix(".result"), edition, asking, example=asked)


def _gone(
    name: str, edition: Edition, asking: tuple[Consumer, ...], *, example: Any = None
) -> Change:
    """This judges an interface that is gone, or one of its methods."""
    return Change(
        contract=name,
        judgement=Judgement.REFUSED if asking else Judgement.NOTED,
        reason="is gone, and may still be asked" if asking else "is gone; nobody asks it",
        against=edition.at,
        consumers=asking,
        example=example if asking else None,
    )


def _removed(
    history: tuple[Edition, ...], consumers: Consumers, *, noted: bool, upcast: Upcasting
) -> Iterator[Change]:
    edition = history[-1]
    document = _plain(edition.schema)
    using = _consumers(document, consumers)
    if "x-interface" in document:
        if using or noted:
            yield _gone(_name(document), edition, using)
        return
    failed = _not_upcast(history, upcast)
    if failed is not None and failed[1]:
        yield Change(
            contract=_name(document),
            judgement=Judgement.REFUSED,
            reason=f"its upcaster cannot read what is stored: {failed[1]}",
            against=failed[0].at,
            consumers=using,
            example=_example(_plain(failed[0].schema)),
        )
    elif failed is not None and (using or document["x-message"].get("stored")):
        what = "is still consumed" if using else "streams were made of it"
        yield Change(
            contract=_name(document),
            judgement=Judgement.REFUSED,
            reason=f"is gone and {what}: what is in the log cannot be read any more",
            against=edition.at,
            consumers=using,
            example=_example(document),
        )
    elif noted:
        read = "its upcaster reads what is stored" if failed is None else "nobody here consumes it"
        yield Change(
            contract=_name(document),
            judgement=Judgement.NOTED,
            reason=f"is gone; {read}",
            against=edition.at,
        )


def _is_only_stored(document: dict[str, Any], consumers: Consumers) -> bool:
    """This is true of an event that streams are made of and that nobody is sent: the code that
    reads it is the code that wrote it, or newer."""
    return bool(document["x-message"].get("stored")) and not _consumers(document, consumers)


def _not_upcast(history: tuple[Edition, ...], upcast: Upcasting) -> tuple[Edition, str] | None:
    """This tries the upcaster of a version that is gone on a message of each of its editions.

    Returns:
        None where it reads them all; else the first that it does not, and why, which is empty
        where there is no upcaster.
    """
    for edition in history:
        said = _plain(edition.schema)["x-message"]
        try:
            if not upcast(said["name"], said["version"], _example(edition.schema)):
                return edition, ""
        except Exception as error:  # whatever a module's function raises is what is wrong with it
            return edition, f"{type(error).__name__}: {error}"
    return None


def _change(name: str, found: Break, document: Schema, consumers: tuple[Consumer, ...]) -> Change:
    verdict = found.verdict
    proven = isinstance(verdict, Incompatible)
    path = verdict.path if isinstance(verdict, Incompatible) else ""
    return Change(
        contract=name,
        judgement=Judgement.REFUSED if proven else Judgement.UNKNOWN,
        reason=verdict.reason,
        path=path,
        direction=found.direction.value,
        against=found.edition.at,
        hint=hint(found.edition.schema, document, re.sub(r"\[.*?\]", "", path).split(".")[-1]),
        consumers=consumers,
        example=verdict.example if isinstance(verdict, Incompatible) else None,
    )


def _without_repetition(found: Iterator[Change] | list[Change]) -> Iterator[Change]:
    """This leaves out what an older edition shows again: the newest is given."""
    seen: set[tuple[str, ...]] = set()
    for change in found:
        key = (change.contract, change.direction, change.path, change.reason)
        if key not in seen:
            seen.add(key)
            yield change


def _part(document: Schema, part: str) -> Schema:
    return {"$ref": f"#/$defs/{part}", "$defs": _plain(document)["$defs"]}


def _fields(
    schema: Schema, definitions: Definitions, path: str = "", within: frozenset[str] = frozenset()
) -> Iterator[str]:
    """This gives the path of each field, and of those inside it, as ``lines[].quantity``."""
    if isinstance(schema, bool):
        return
    reference = schema.get("$ref", "")
    if reference and reference not in within:
        referred = definitions.get(reference.rpartition("/")[2], True)
        yield from _fields(referred, definitions, path, within | {reference})
    for one in schema.get("anyOf", ()):
        yield from _fields(one, definitions, path, within)
    for one in (
        *schema.get("prefixItems", ()),
        schema.get("items", True),
        schema.get("additionalProperties", True),
    ):
        yield from _fields(one, definitions, f"{path}[]", within)
    for name, field in schema.get("properties", {}).items():
        inner = f"{path}.{name}".lstrip(".")
        yield inner
        yield from _fields(field, definitions, inner, within)


def _outermost(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _plain(schema: Schema) -> Mapping[str, Any]:
    return {} if isinstance(schema, bool) else schema


def _name(document: Mapping[str, Any]) -> str:
    if "x-interface" in document:
        return f"{document['x-interface']['module']}.{document['x-interface']['name']}"
    return f"{document['x-message']['name']} v{document['x-message']['version']}"


def _consumers(document: Mapping[str, Any], consumers: Consumers) -> tuple[Consumer, ...]:
    return consumers.get(_name(document).partition(" ")[0], ())


def _example(document: Schema) -> Any:
    try:
        return example(document, _plain(document).get("$defs", {}))
    except Unjudgeable:
        return None
