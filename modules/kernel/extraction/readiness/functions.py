"""The functions of modules, whom they call, and what each call stands in: loop, transaction.

Static: a name is followed to where it is defined, through imports and what packages export.
What is called through a variable or an object's attribute is not seen.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from modules.kernel.boundaries.source import SourceFile

ASKING = "modules.kernel.interfaces.get"
#: The names of the function `unit_of_work`: as its package exports it, and where it is defined.
UNITS_OF_WORK = (
    "modules.kernel.messaging.unit_of_work",
    "modules.kernel.messaging.unit_of_work.unit_of_work",
)
_TRANSACTIONS = (*UNITS_OF_WORK, "django.db.transaction.atomic")

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """This is one call in a function.

    Attributes:
        name: full name of what is called.
        argument: full name of its first argument, or the argument itself where it is text.
        in_loop, in_transaction: what it stands in, within its function.
    """

    name: str
    argument: str
    line: int
    in_loop: bool
    in_transaction: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """This is a function or method, with all that it calls; nested ones are a part of it."""

    name: str
    module: str
    file: SourceFile
    calls: tuple[Call, ...] = field(repr=False)


class Functions:
    """These are all functions of some modules, by their full names.

    Attributes:
        modules: the names of those modules.
    """

    def __init__(self, files: Mapping[str, Iterable[SourceFile]]) -> None:
        self.modules = frozenset(files)
        self._exported: dict[str, str] = {}
        self._all: dict[str, Function] = {}
        for module, sources in files.items():
            for file in sources:
                for name, _ in file.imports():
                    self._exported[f"{file.name}.{name.rpartition('.')[2]}"] = name
                for function in _functions(module, file):
                    self._all[function.name] = function

    def __iter__(self) -> Iterator[Function]:
        return iter(self._all.values())

    def find(self, name: str) -> Function | None:
        """This gives a function by a name that it is called by; None for what is none of these."""
        for _ in range(8):
            if found := self._all.get(name):
                return found
            head, _, last = name.rpartition(".")
            # `use_cases.book`, where the package exports what a file of it defines.
            further = self._exported.get(name) or f"{self._exported.get(head, head)}.{last}"
            if further == name:
                return None
            name = further
        return None

    def asked_by(
        self, function: Function, passed: frozenset[str] = frozenset()
    ) -> Iterator[tuple[str, Function, Call]]:
        """This gives what a function asks, itself or through whom it calls.

        Each is the interface's full name, with the function and the call in which it is asked.
        """
        passed |= {function.name}
        for call in function.calls:
            if call.name == ASKING:
                yield call.argument, function, call
            elif (callee := self.find(call.name)) and callee.name not in passed:
                yield from self.asked_by(callee, passed)


def _functions(module: str, file: SourceFile) -> Iterator[Function]:
    def below(node: ast.AST, prefix: str) -> Iterator[Function]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{prefix}.{child.name}"
                calls = tuple(_calls(file, child, owner=prefix))
                yield Function(name=name, module=module, file=file, calls=calls)
            elif isinstance(child, ast.ClassDef):
                yield from below(child, f"{prefix}.{child.name}")

    yield from below(file.tree, file.name)


def _calls(file: SourceFile, function: ast.AST, *, owner: str) -> Iterator[Call]:
    def walk(node: ast.AST, in_loop: bool, in_transaction: bool) -> Iterator[Call]:
        if isinstance(node, ast.Call):
            name = file.dotted(node.func)
            own = f"{file.name}.self."
            yield Call(
                name=f"{owner}.{name.removeprefix(own)}" if name.startswith(own) else name,
                argument=_argument(file, node),
                line=node.lineno,
                in_loop=in_loop,
                in_transaction=in_transaction,
            )
        if isinstance(node, ast.With) and any(_opens(file, item) for item in node.items):
            in_transaction = True
        for inner, repeats in _children(node):
            yield from walk(inner, in_loop or repeats, in_transaction)

    for child in ast.iter_child_nodes(function):
        yield from walk(child, False, False)


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, bool]]:
    """This gives what stands in a node, each with whether it is done again and again."""
    once: ast.AST | None = None
    if isinstance(node, ast.For | ast.AsyncFor):
        once = node.iter
    elif isinstance(node, _COMPREHENSIONS):
        yield node.generators[0].iter, False
        for generator in node.generators:
            yield from ((part, True) for part in (*generator.ifs, generator.target))
        yield from ((one.iter, True) for one in node.generators[1:])
        parts = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        yield from ((part, True) for part in parts)
        return
    for child in ast.iter_child_nodes(node):
        yield child, isinstance(node, _LOOPS) and child is not once


def _opens(file: SourceFile, item: ast.withitem) -> bool:
    opened = item.context_expr
    name = file.dotted(opened.func if isinstance(opened, ast.Call) else opened)
    return name in _TRANSACTIONS


def _argument(file: SourceFile, call: ast.Call) -> str:
    if not call.args:
        return ""
    first = call.args[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    return file.dotted(first)
