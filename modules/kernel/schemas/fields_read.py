"""Which fields of a message a handler reads, found in its source.

The message is followed from function to function. Where it goes somewhere that cannot be
followed (into a list, a closure, a library), it is not known what is read, and whoever asks
has to assume all of it: a wrong "is not read" would let a break through.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

_Place = tuple[CodeType, str]


def fields_read(handler: Callable[..., Any]) -> frozenset[str] | None:
    """This gives the fields that a handler reads of its first argument, None for any of them."""
    return _read(handler, 0, frozenset())


def _read(called: Any, argument: int | str, within: frozenset[_Place]) -> frozenset[str] | None:
    if inspect.isclass(called):
        return None
    if not inspect.isroutine(called):
        called = getattr(called, "__call__", None)  # noqa: B004  # the method itself is looked into
    if inspect.ismethod(called):
        called = called.__func__
        argument = argument + 1 if isinstance(argument, int) else argument
    if not isinstance(called, FunctionType):
        return None
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(called)))
    except (OSError, SyntaxError):
        return None
    match tree.body:
        case [ast.FunctionDef() as function] if not function.decorator_list:
            name = _parameter(function, argument)
        case _:
            return None
    if name is None:
        return None
    if (called.__code__, name) in within:
        return frozenset()
    return _used(called, function, name, within | {(called.__code__, name)})


def _parameter(function: ast.FunctionDef, argument: int | str) -> str | None:
    placed = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    if isinstance(argument, int):
        return placed[argument] if argument < len(placed) else None
    named = {*placed, *(one.arg for one in function.args.kwonlyargs)}
    return argument if argument in named else None


def _used(
    called: FunctionType, function: ast.FunctionDef, name: str, within: frozenset[_Place]
) -> frozenset[str] | None:
    above = {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
    read: set[str] = set()
    for node in ast.walk(function):
        if not (isinstance(node, ast.Name) and node.id == name):
            continue
        match above[node]:
            case ast.Attribute(attr=attribute) as access if not _is_called(access, above):
                read.add(attribute)
            case ast.Call(func=callee, args=args) if node in args and not any(
                isinstance(one, ast.Starred) for one in args
            ):
                further = _read(_found(called, callee), args.index(node), within)
                if further is None:
                    return None
                read |= further
            case ast.keyword(arg=str() as keyword) as passed:
                call = above[passed]
                further = _read(
                    _found(called, call.func) if isinstance(call, ast.Call) else None,
                    keyword,
                    within,
                )
                if further is None:
                    return None
                read |= further
            case _:
                return None
    return frozenset(read)


def _is_called(access: ast.Attribute, above: dict[ast.AST, ast.AST]) -> bool:
    """This says whether the message's method is called, which may read anything."""
    parent = above.get(access)
    return isinstance(parent, ast.Call) and parent.func is access


def _found(called: FunctionType, callee: ast.expr) -> Any:
    """This gives what a call's name stands for, or None where it is no global name."""
    if isinstance(callee, ast.Attribute):
        return getattr(_found(called, callee.value), callee.attr, None)
    code = called.__code__
    if isinstance(callee, ast.Name) and callee.id not in (*code.co_varnames, *code.co_freevars):
        return called.__globals__.get(callee.id)
    return None
