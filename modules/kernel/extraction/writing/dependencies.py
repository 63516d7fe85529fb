"""The dependencies that a service needs, out of the monolith's, with their locks.

A requirement is needed if something that is carried imports it, or if the settings name it. The
locks are parts of the monolith's: the same versions and hashes, found without a registry.
"""

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from modules.kernel.boundaries.source import SourceFile
from modules.kernel.extraction.writing.facts import Facts, python_files

#: Client libraries are imported by those files alone, which nobody loads who has another broker.
_ONLY_WITH = {
    "modules.kernel.messaging.brokers.rabbitmq": ("rabbitmq",),
    "modules.kernel.messaging.brokers.kafka": ("kafka",),
    "modules.kernel.messaging.brokers.kafka_ends": ("kafka",),
    "modules.kernel.messaging.brokers.sns_sqs": ("sns_sqs",),
    "modules.kernel.schemas.registries.confluent": ("kafka",),
    "modules.kernel.schemas.registries.glue": ("kafka", "sns_sqs"),
}
#: Serves the image; nothing imports it.
_ALWAYS = {"granian"}
#: What the service's Makefile calls, and what pytest finds by itself.
_TOOLS = {
    "import-linter",
    "pytest",
    "pytest-django",
    "pytest-timeout",
    "pytest-xdist",
    "ruff",
    "uv",
}

_PIN = re.compile(r"^(?P<name>[\w.-]+)(\[[\w,-]+])?==")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_VIA = re.compile(r"^    # (?:via)? *(?P<by>[^ ].*)$")


def requirements_to_run(text: str, facts: Facts, *, root: Path) -> str:
    """This gives requirements/run.in for the service."""
    files = [file for file in _carried(facts, root) if not _is_for_tests(file)]
    wanted = _imported(files, facts) | _named(root) | _ALWAYS
    return _chosen(text, wanted)


def requirements_to_develop(text: str, facts: Facts, *, root: Path) -> str:
    """This gives requirements/dev.in for the service."""
    return _chosen(text, _imported(_carried(facts, root), facts) | _TOOLS)


def part_of_lock(lock: str, *requirements: str) -> str:
    """This gives the part of a lock that some requirements and all that they need make up."""
    blocks: dict[str, str] = {}
    for name, block in _blocks(lock):
        # One of another version stands beside it where the release of Python decides.
        blocks[name] = blocks.get(name, "") + block
    asked_for = set(names_in(requirements))
    kept = asked_for & blocks.keys()
    while more := {
        name
        for name, block in blocks.items()
        if name not in kept and kept & {_canonical(by) for by in _wanted_by(block)}
    }:
        kept |= more
    return "".join(
        _without_others(blocks[name], kept, asked_for=name in asked_for)
        for name in blocks
        if name in kept
    )


def names_in(requirements: Iterable[str]) -> Iterator[str]:
    """This gives the names of what requirement files ask for."""
    for text in requirements:
        for line in text.splitlines():
            if line and not line.startswith(("#", "-")):
                yield _canonical(line)


def _canonical(requirement: str) -> str:
    """This gives the name that a requirement begins with, in the one form of PEP 503."""
    found = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def _chosen(text: str, wanted: set[str]) -> str:
    lines = [
        line
        for line in text.splitlines(keepends=True)
        if line.startswith(("#", "-")) or set(names_in([line])) & wanted
    ]
    return "".join(lines)


def _carried(facts: Facts, root: Path) -> list[SourceFile]:
    packages = ["config", "modules.kernel", f"modules.{facts.module}"]
    packages += [f"modules.{one}.contracts" for one in facts.neighbours]
    return [
        file
        for package in packages
        for file in python_files(package, root.joinpath(*package.split(".")))
    ]


def _is_for_tests(file: SourceFile) -> bool:
    parts = set(file.name.split("."))
    return bool(parts & {"tests", "conftest", "testing", "exploring"})


def _imported(files: Iterable[SourceFile], facts: Facts) -> set[str]:
    """This gives the distributions that files import."""
    distributions = packages_distributions()
    tops = {
        name.partition(".")[0]
        for file in files
        if facts.broker in _ONLY_WITH.get(file.name, (facts.broker,))
        for name, _ in file.imports()
    }
    return {_canonical(one) for top in tops for one in distributions.get(top, ())}


def _named(root: Path) -> set[str]:
    """This gives the distributions that the settings name in strings: apps and middleware."""
    distributions = packages_distributions()
    tops = {
        text.partition(".")[0]
        for file in python_files("config", root / "config")
        for text, _ in file.strings()
        if re.fullmatch(r"\w+(\.\w+)*", text)
    }
    return {_canonical(one) for top in tops for one in distributions.get(top, ())}


def _blocks(lock: str) -> Iterator[tuple[str, str]]:
    for block in re.split(r"(?<=\n)(?=\S)", lock):
        if found := _PIN.match(block):
            yield _canonical(found["name"]), block


def _wanted_by(block: str) -> Iterator[str]:
    """This gives the packages that wanted this one, which a lock says in comments."""
    for line in block.splitlines():
        if (found := _VIA.match(line)) and found["by"] != "via" and found["by"][0] != "-":
            yield found["by"]


def _without_others(block: str, kept: set[str], *, asked_for: bool) -> str:
    """This takes out of a block's comments who else wanted it."""
    gone = {by for by in _wanted_by(block) if _canonical(by) not in kept}
    return "".join(
        line
        for line in block.splitlines(keepends=True)
        if not (found := _VIA.match(line.rstrip("\n")))
        or not (found["by"] in gone or (found["by"].startswith("-r ") and not asked_for))
    )
