"""Registering a new module: its lines in the settings, importlinter.ini and compose.yaml.

Works on the text, so that comments and order stay. Where the expected place is not found
nothing is guessed: the error says what to write where.
"""

import re

_IN_SETTINGS = re.compile(r"^ALL_MODULES = \[\n(?:    .*\n)*?(?=\])", re.MULTILINE)

_SCOPES = re.compile(r"^QUARRY_SCOPES = \{\n(?:    .*\n)*?(?=\})", re.MULTILINE)

# The modules' own layer: names in parentheses joined by " : ", right above the kernel.
_LAYER = re.compile(r"^    \(\w+\)(?: : \(\w+\))*(?=\n    kernel$)", re.MULTILINE)

# The containers of the contract `layers-of-a-module`, down to its last module.
_CONTAINERS = re.compile(
    r"^\[importlinter:contract:layers-of-a-module\]\n(?:(?!\[).*\n)*?containers =\n"
    r"(?:    modules\.\w+\n)+",
    re.MULTILINE,
)

# What Celery's workers read, in the list that is their command.
_QUEUES = re.compile(r"^ +- --queues=[\w.,-]+$", re.MULTILINE)


class NoPlaceToRegister(Exception):
    """This says which line could not be added to which file."""


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
    with_layer = _after(
        _LAYER, importlinter, f" : ({module})", "the layer above kernel in importlinter.ini"
    )
    return _after(
        _CONTAINERS,
        with_layer,
        f"    modules.{module}\n",
        "the containers of layers-of-a-module in importlinter.ini",
    )


def registered_in_queues(compose: str, *, queue: str) -> str:
    """This gives compose.yaml with workers that read the module's queue as well."""
    return _after(_QUEUES, compose, f",{queue}", "the worker's --queues in compose.yaml")


def _after(place: re.Pattern[str], text: str, addition: str, name: str) -> str:
    found = place.search(text)
    if found is None:
        raise NoPlaceToRegister(
            f"{name} is not written as expected: add {addition.strip()!r} there"
        )
    return text[: found.end()] + addition + text[found.end() :]
