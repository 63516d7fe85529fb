"""Marking what is personal, so that it can be made unreadable for good.

    @event("payments.account_opened", key="account_id")
    class AccountOpened:
        account_id: str
        holder_name: Annotated[str, Personal(of="account_id")]

What is marked is encrypted wherever the message is stored, under a key that belongs to the
person whom the field `of` names; see `modules.kernel.eventstore.personal`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import get_type_hints

#: What is read in place of what was personal, once the person has been erased.
ERASED = "[erased]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """This marks a field whose texts say something of a person.

    Attributes:
        of: the field, of the same class, whose value names the person.
    """

    of: str


def personal_fields(cls: type) -> Mapping[str, Personal]:
    """This gives the marked fields of a dataclass by name; none for most.

    Raises:
        ValueError: a mark names a field that is not there, or that is itself marked.
    """
    hints = get_type_hints(cls, include_extras=True)
    marked = {
        field.name: mark
        for field in fields(cls)
        for mark in getattr(hints[field.name], "__metadata__", ())
        if isinstance(mark, Personal)
    }
    for name, mark in marked.items():
        if mark.of not in hints or mark.of in marked:
            raise ValueError(
                f"{cls.__qualname__}.{name} is personal, of {mark.of!r}: that must be a field of "
                "the class, and not itself personal, or nobody could tell whose it is"
            )
    return marked
