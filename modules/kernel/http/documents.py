"""What the OpenAPI document of the modules' own interfaces tells of."""

from collections.abc import Callable
from typing import TypeAlias

from modules.kernel.http.route_table import route_table

#: As drf-spectacular has it: path, path as an expression, method, view.
Endpoint: TypeAlias = tuple[str, str, str, Callable[..., object]]


def without_front_ends(endpoints: list[Endpoint]) -> list[Endpoint]:
    """This leaves out what a front end is for: each has a document of its own.

    A hook of drf-spectacular (`PREPROCESSING_HOOKS`).
    """
    return [one for one in endpoints if not _is_of_a_front(one[0], one[2])]


def _is_of_a_front(path: str, method: str) -> bool:
    pattern = path.removeprefix("/").replace("{", "<").replace("}", ">")
    entry = route_table().find(pattern, method)
    return entry is not None and bool(entry.route.bff)
