"""What it takes for a command in a document to work: one rule for each program it may name.

A rule raises `BadCommand` with what is wrong; a program without a rule is wrong itself, so
that nobody can document what nobody checks.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from celery.worker.control import Panel
from django.core.management import CommandError, get_commands, load_command_class
from django.core.management.base import BaseCommand
from django.urls import Resolver404, resolve
from granian.cli import cli as granian

from tests.project.console_blocks import Told

ROOT = Path(__file__).parents[2]
_TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
_OF_MAKE = set(re.findall(r"\b([A-Z][A-Z_]+)\b", (ROOT / "Makefile").read_text()))

_TOLD_BY_WORKERS = {name for name, one in Panel.meta.items() if one.type == "inspect"}


class BadCommand(Exception):
    """This says why a command in a document would not work."""


def verify(told: Told) -> None:
    """This raises `BadCommand` unless the command would work for a reader."""
    words = told.words
    if not words:
        raise BadCommand("there is no command")
    program = os.path.basename(words[0])
    if program not in RULES:
        raise BadCommand(f"no rule for {program!r}; the rules are in {Path(__file__).name}")
    for variable in told.variables:
        _variable(variable)
    RULES[program](words[1:])


def _variable(name: str) -> None:
    readers = [*(ROOT / "config/settings").glob("*.py"), ROOT / "tests/conftest.py"]
    is_read = any(f'"{name}"' in path.read_text() for path in readers)
    if not is_read and name not in _OF_MAKE and not name.endswith("_DATABASE_URL"):
        raise BadCommand(f"neither the settings nor the Makefile read {name}")


def _make(words: list[str]) -> None:
    for word in words:
        name, is_variable, _ = word.partition("=")
        if is_variable:
            _variable(name)
        elif name not in _TARGETS:
            raise BadCommand(f"the Makefile has no target {name!r}")


def _python(words: list[str]) -> None:
    if words[:1] != ["manage.py"]:
        raise BadCommand("only `python manage.py …` is checked")
    [name, *arguments] = words[1:] or [""]
    if name not in (known := get_commands()):
        raise BadCommand(f"manage.py has no command {name!r}")
    owner = known[name]
    command = owner if isinstance(owner, BaseCommand) else load_command_class(owner, name)
    parser = command.create_parser("manage.py", name)
    try:
        # Called from code, as here, the parser raises instead of ending the process.
        parser.parse_args([_filled_in(argument) for argument in arguments])
    except CommandError as error:
        raise BadCommand(f"manage.py {name}: {error}") from error


def _curl(words: list[str]) -> None:
    addresses = [word for word in words if "://" in word]
    if not addresses:
        raise BadCommand("curl is given no address")
    for address in addresses:
        parts = urlsplit(address)
        if parts.hostname not in ("127.0.0.1", "localhost"):
            raise BadCommand(f"{parts.hostname} is not the reader's own machine")
        try:
            resolve(parts.path)
        except Resolver404:
            raise BadCommand(f"nothing is served at {parts.path}") from None


def _lint_imports(words: list[str]) -> None:
    if words != ["--config", "importlinter.ini"]:
        raise BadCommand("lint-imports is run with --config importlinter.ini")


def _pytest(words: list[str]) -> None:
    for word in words:
        path = word.partition("::")[0]
        if not word.startswith("-") and "/" in path and not (ROOT / path).exists():
            raise BadCommand(f"there is no {path}")


def _granian(words: list[str]) -> None:
    known = {option for parameter in granian.params for option in parameter.opts}
    for word in words:
        if word.startswith("-") and word not in known:
            raise BadCommand(f"granian has no option {word}")


def _celery(words: list[str]) -> None:
    match words:
        case ["--app=config", "inspect", asked] if asked in _TOLD_BY_WORKERS:
            return
    raise BadCommand("only `celery --app=config inspect …` is checked, and what workers tell")


def _docker(words: list[str]) -> None:
    if words[:1] == ["compose"] and not (ROOT / "compose.yaml").exists():
        raise BadCommand("there is no compose.yaml")
    if words[:1] == ["build"] and not (ROOT / "Dockerfile").exists():
        raise BadCommand("there is no Dockerfile")


def _anything(words: list[str]) -> None:
    """This lets pass what is the reader's own business."""


def _filled_in(argument: str) -> str:
    """This puts a value where a document has a placeholder such as ``ORDER_ID``."""
    return "1" if re.fullmatch(r"[A-Z][A-Z_]+", argument) else argument


RULES: dict[str, Callable[[list[str]], None]] = {
    "make": _make,
    "python": _python,
    "curl": _curl,
    "lint-imports": _lint_imports,
    "pytest": _pytest,
    "docker": _docker,
    "celery": _celery,
    "granian": _granian,
    "git": _anything,
    "cd": _anything,
    "pre-commit": _anything,
}
