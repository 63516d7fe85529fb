"""Errors that are part of a contract.

    Problem
    ├── Invalid        the request cannot be understood or breaks a rule of its shape
    ├── NotFound       what it names does not exist
    ├── Conflict       it contradicts the present state
    ├── Forbidden      the caller may not
    └── Unavailable    it cannot be answered now; asking again later may help

A module's contract subclasses one of the five, sets a stable ``code`` and keeps
the facts as attributes (``OutOfStock(sku=…, requested=…, available=…)``). The
edge maps each kind to HTTP in one place (`modules.kernel.http.problems`).
"""

from typing import ClassVar


class Problem(Exception):
    """This is an error that its caller is expected to understand.

    Args:
        detail: what was wrong, where, and what to do; for a person.
        **facts: the values that a program needs to react, kept as attributes.
    """

    code: ClassVar[str] = "problem"
    title: ClassVar[str] = "The request could not be carried out"

    def __init__(self, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts
        for name, value in facts.items():
            setattr(self, name, value)

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword facts would be lost by Exception's own reduce, which replays only `args`.
        return (_rebuild, (type(self), self.detail, self.facts))


def _rebuild(kind: type[Problem], detail: str, facts: dict[str, object]) -> Problem:
    return kind(detail, **facts)


class Invalid(Problem):
    """This says that the request breaks a rule of its own shape."""

    code = "invalid-request"
    title = "The request is not valid"


class NotFound(Problem):
    """This says that what the request names does not exist."""

    code = "not-found"
    title = "Not found"


class Conflict(Problem):
    """This says that the request contradicts the present state."""

    code = "conflict"
    title = "The request contradicts the present state"


class Forbidden(Problem):
    """This says that the caller may not do what it asked for."""

    code = "forbidden"
    title = "Not allowed"


class Unavailable(Problem):
    """This says that an answer cannot be given now and may be later."""

    code = "unavailable"
    title = "Temporarily unavailable"
