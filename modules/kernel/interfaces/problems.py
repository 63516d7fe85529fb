"""Errors of a contract on the wire: they arrive as themselves.

What travels is the error's code, those of the classes it derives from, its detail and its
facts. A caller that is older than the provider may not know the code: it gets the nearest
class that it does know, with the code and the facts as they were sent.
"""

import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from modules.kernel.contracts import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    Unavailable,
)

_PLAIN = (str, int, float, bool, type(None))
_KINDS = {one.code: one for one in (Problem, Invalid, NotFound, Conflict, Forbidden, Unavailable)}


class SentProblem(msgspec.Struct, frozen=True, kw_only=True):
    """This is an error on the wire.

    Attributes:
        codes: its own, and those of its classes up to `Problem`.
    """

    codes: tuple[str, ...]
    detail: str
    facts: dict[str, Any] = {}


def as_sent(problem: Problem) -> SentProblem:
    """This gives what travels of an error.

    Raises:
        TypeError: one of its facts is neither a plain value nor made of plain values.
    """
    for name, value in problem.facts.items():
        _refuse_unless_plain(type(problem), name, value)
    codes = [problem.code]
    codes += [one.code for one in type(problem).__mro__ if issubclass(one, Problem)]
    return SentProblem(
        codes=tuple(dict.fromkeys(codes)), detail=problem.detail, facts=dict(problem.facts)
    )


def as_raised(sent: SentProblem, *, protocol: type) -> Problem:
    """This makes the error of a contract again that was sent as an answer of the interface."""
    known = problems_of(protocol)
    cls = next((known[code] for code in sent.codes if code in known), Problem)
    facts = {name: _frozen(value) for name, value in sent.facts.items()}
    problem = cls(sent.detail, **facts)
    if sent.codes and sent.codes[0] != cls.code:
        problem.code = sent.codes[0]  # type: ignore[misc]  # newer than what is known of it here
    return problem


@cache
def problems_of(protocol: type) -> Mapping[str, type[Problem]]:
    """This gives the errors that the contracts of an interface's module have, by code."""
    return _KINDS | {one.code: one for one in _declared(protocol)}


def _declared(protocol: type) -> Iterator[type[Problem]]:
    head, separator, _ = protocol.__module__.partition(".contracts")
    package = head + separator
    for name, module in list(sys.modules.items()):
        if name == package or name.startswith(f"{package}."):
            for value in vars(module).values():
                if inspect.isclass(value) and issubclass(value, Problem):
                    yield value


def _refuse_unless_plain(cls: type, name: str, value: object) -> None:
    if isinstance(value, tuple | list):
        for one in value:
            _refuse_unless_plain(cls, name, one)
    elif not isinstance(value, _PLAIN):
        raise TypeError(
            f"{cls.__qualname__}: its fact {name!r} is a {type(value).__qualname__}; facts are "
            "text, numbers, booleans, None or tuples of them, so that they can be sent"
        )


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
