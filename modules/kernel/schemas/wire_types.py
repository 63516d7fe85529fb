"""Types as they are sent: what JSON Schema must be told more exactly than Python is."""

import types
import typing
from dataclasses import MISSING, field, fields, is_dataclass, make_dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec

#: Contracts have aware times only. Of a plain `datetime`, which may be naive, msgspec says
#: no more than that it is a string, and a change from text to time would not be seen.
_AWARE = Annotated[datetime, msgspec.Meta(tz=True)]


def as_sent(kind: Any, made: dict[type, type]) -> Any:
    """This gives the type with each `datetime` in it known to be aware.

    Args:
        made: classes that were made anew already, so that each is made once.
    """
    if kind is datetime:
        return _AWARE
    if isinstance(kind, type) and is_dataclass(kind):
        return _class_as_sent(kind, made)
    arguments = typing.get_args(kind)
    changed = tuple(as_sent(one, made) for one in arguments)
    if all(one is other for one, other in zip(arguments, changed, strict=True)):
        return kind
    if isinstance(kind, types.UnionType):
        return typing.Union[changed]  # noqa: UP007  # made from a tuple, which | cannot take
    return typing.get_origin(kind)[changed]


def fields_as_sent(cls: type, made: dict[type, type]) -> list[tuple[str, Any, Any]]:
    """This gives a dataclass's fields as `make_dataclass` takes them."""
    hints = typing.get_type_hints(cls, include_extras=True)
    return [
        (one.name, as_sent(hints[one.name], made), with_default(one.default, one.default_factory))
        for one in fields(cls)
    ]


def with_default(default: Any = MISSING, factory: Any = MISSING) -> Any:
    """This gives a keyword field with a default, or with none."""
    return field(kw_only=True, default=default, default_factory=factory)


def _class_as_sent(cls: type, made: dict[type, type]) -> type:
    if cls not in made:
        made[cls] = cls  # a class that contains itself finds itself here
        hints = typing.get_type_hints(cls, include_extras=True)
        if any(as_sent(hint, made) is not hint for hint in hints.values()):
            made[cls] = make_dataclass(
                cls.__name__,
                fields_as_sent(cls, made),
                namespace={"__doc__": cls.__doc__, "__module__": cls.__module__},
            )
    return made[cls]
