"""A URL configuration as routes of a manifest: path from the root, and methods."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver

from modules.kernel.manifests import Route, without_converters

#: Django and its REST framework answer these for every view that has the others.
_BY_THE_FRAMEWORK = {"HEAD", "OPTIONS"}


def routes_of(patterns: Iterable[URLPattern | URLResolver]) -> tuple[Route, ...]:
    """This gives the routes of the patterns, sorted; methods are empty where any is taken."""
    methods: dict[str, set[str]] = {}
    for path, view in _views("", patterns):
        methods.setdefault(path, set()).update(_methods(view))
    return tuple(Route(path=path, methods=tuple(sorted(methods[path]))) for path in sorted(methods))


def _views(
    prefix: str, patterns: Iterable[URLPattern | URLResolver]
) -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in patterns:
        path = prefix + without_converters(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _views(path, pattern.url_patterns)
        else:
            yield path, pattern.callback


def _methods(view: Callable[..., Any]) -> set[str]:
    actions = getattr(view, "actions", None)  # a view set of REST framework
    view_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
    if actions:
        offered = set(actions)
    elif view_class is not None:
        offered = {name for name in view_class.http_method_names if hasattr(view_class, name)}
    else:
        offered = set(_required_methods(view))
    return {name.upper() for name in offered} - _BY_THE_FRAMEWORK


def _required_methods(view: Any) -> Iterable[str]:
    """This reads what `require_http_methods` was given, through all decorators around it."""
    while view is not None:
        code = getattr(view, "__code__", None)
        if code is not None and "request_method_list" in code.co_freevars:
            cell = view.__closure__[code.co_freevars.index("request_method_list")]
            methods: Iterable[str] = cell.cell_contents
            return methods
        view = getattr(view, "__wrapped__", None)
    return ()
