"""Leaving out what was not asked for, and what says nothing."""

from collections.abc import Collection, Mapping
from typing import Any

from rest_framework.exceptions import ValidationError


def chosen_fields(text: str, *, known: Collection[str]) -> frozenset[str]:
    """This reads ``fields=id,status``; no text chooses all.

    Raises:
        ValidationError: a name is none of the known ones.
    """
    if not text:
        return frozenset(known)
    names = frozenset(name.strip() for name in text.split(","))
    if unknown := sorted(names - set(known)):
        raise ValidationError(
            {"fields": [f"there is no field {unknown[0]!r}; there are {', '.join(sorted(known))}"]}
        )
    return names


def compact(shown: Mapping[str, Any], fields: Collection[str]) -> dict[str, Any]:
    """This gives the chosen fields that say something: no null, no empty text or list."""
    return {
        name: value
        for name, value in shown.items()
        if name in fields and value is not None and value not in ("", [], ())
    }
