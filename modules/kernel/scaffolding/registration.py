"""A module's lines in the settings, importlinter.ini and compose.yaml: written, and taken out.

Works on the text, so that comments and order stay. Where the expected place is not found
nothing is guessed: the error says what to write where.
"""

import re
from collections.abc import Collection, Sequence

_IN_SETTINGS = re.compile(
    r"^ALL_MODULES: list\[str\] = \[(?:\n(?:    .*\n)*?)?(?=\])", re.MULTILINE
)

_SCOPES = re.compile(
    r"^QUARRY_SCOPES: dict\[str, str\] = \{(?:\n(?:    .*\n)*?)?(?=\})", re.MULTILINE
)

# Who has which of them, each list in one line or several.
_GIVEN = re.compile(
    r"^QUARRY_(?:SESSION|HOUSE)_SCOPES: list\[str\] = \[(?P<scopes>[^\]]*)\]", re.MULTILINE
)

# The modules' own layer: names in parentheses joined by " : ", right above the kernel.
_LAYER = re.compile(
    r"^layers =\n(?:    (?P<modules>\(\w+\)(?: : \(\w+\))*)\n)?(?=    kernel$)", re.MULTILINE
)

# The containers of the contract `layers-of-a-module`, down to its last module.
_CONTAINERS = re.compile(
    r"^\[importlinter:contract:layers-of-a-module\]\n(?:(?!\[).*\n)*?containers =\n"
    r"(?:    modules\.\w+\n)*",
    re.MULTILINE,
)

# What Celery's workers read, in the list that is their command.
_QUEUES = re.compile(r"^ +- --queues=[\w.,-]+$", re.MULTILINE)

_NAME_OF_CONTAINERS = "the containers of layers-of-a-module in importlinter.ini"


class NoPlaceToRegister(Exception):
    """This says which line could not be added to which file, or taken out of it."""


def registered_in_settings(settings: str, *, module: str) -> str:
    """This gives the settings with the module as the last of `ALL_MODULES`."""
    return _after(_IN_SETTINGS, settings, f'    "{module}",\n', "ALL_MODULES in the settings")


def registered_in_scopes(settings: str, *, module: str, title: str) -> str:
    """This gives the settings with what a token may give leave to in the module."""
    scopes = (
        f'    "{module}:read": "See what is recorded in {title}",\n'
        f'    "{module}:write": "Record something in {title}",\n'
    )
    return _after(_SCOPES, settings, scopes, "QUARRY_SCOPES in the settings")


def registered_in_layers(importlinter: str, *, module: str) -> str:
    """This gives importlinter.ini with the module among the modules and among the containers."""
    with_layer = _with_layer(importlinter, [*_modules_in_layer(importlinter, module), module])
    return _after(_CONTAINERS, with_layer, f"    modules.{module}\n", _NAME_OF_CONTAINERS)


def registered_in_queues(compose: str, *, queue: str) -> str:
    """This gives compose.yaml with workers that read the module's queue as well."""
    return _after(_QUEUES, compose, f",{queue}", "the worker's --queues in compose.yaml")


def taken_out_of_settings(settings: str, *, module: str) -> str:
    """This gives the settings without the module in `ALL_MODULES`."""
    return _without(_IN_SETTINGS, settings, f'    "{module}",\n', "ALL_MODULES in the settings")


def taken_out_of_scopes(settings: str, *, scopes: Collection[str]) -> str:
    """This gives the settings without the scopes, wherever they are said or given."""
    for scope in scopes:
        settings = re.sub(rf'^    "{re.escape(scope)}": ".*\n', "", settings, flags=re.MULTILINE)
    return _GIVEN.sub(lambda said: _without_scopes(said, scopes), settings)


def taken_out_of_layers(importlinter: str, *, module: str) -> str:
    """This gives importlinter.ini without the module among the modules and the containers."""
    others = [one for one in _modules_in_layer(importlinter, module) if one != module]
    return _without(
        _CONTAINERS,
        _with_layer(importlinter, others),
        f"    modules.{module}\n",
        _NAME_OF_CONTAINERS,
    )


def taken_out_of_queues(compose: str, *, queue: str) -> str:
    """This gives compose.yaml with workers that do not read the queue; it may have been none."""
    return _QUEUES.sub(lambda read: re.sub(rf",{re.escape(queue)}\b", "", read[0]), compose)


def _modules_in_layer(importlinter: str, module: str) -> list[str]:
    found = _LAYER.search(importlinter)
    if found is None:
        raise NoPlaceToRegister(
            "the layer above kernel in importlinter.ini is not written as expected: "
            f"see to '({module})' there"
        )
    return re.findall(r"\w+", found["modules"] or "")


def _with_layer(importlinter: str, modules: Sequence[str]) -> str:
    layer = " : ".join(f"({one})" for one in modules)
    return _LAYER.sub(f"layers =\n    {layer}\n" if layer else "layers =\n", importlinter, count=1)


def _without_scopes(said: re.Match[str], scopes: Collection[str]) -> str:
    given = re.findall(r'"([^"]+)"', said["scopes"])
    if not set(given) & set(scopes):
        return said[0]
    kept = ", ".join(f'"{one}"' for one in given if one not in scopes)
    return f"{said[0].partition('= [')[0]}= [{kept}]"


def _without(place: re.Pattern[str], text: str, line: str, name: str) -> str:
    found = place.search(text)
    if found is None or line not in found[0]:
        raise NoPlaceToRegister(
            f"{name} is not written as expected: take {line.strip()!r} out there"
        )
    return text[: found.start()] + found[0].replace(line, "") + text[found.end() :]


def _after(place: re.Pattern[str], text: str, addition: str, name: str) -> str:
    found = place.search(text)
    if found is None:
        raise NoPlaceToRegister(
            f"{name} is not written as expected: add {addition.strip()!r} there"
        )
    # An empty list stands in one line.
    line_break = "" if found[0].endswith("\n") or not addition.endswith("\n") else "\n"
    return text[: found.end()] + line_break + addition + text[found.end() :]
