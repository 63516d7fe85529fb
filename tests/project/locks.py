"""Reads requirements/*.in and the locks made from them, and says where they disagree.

Without the registry: a check that asked it would go red on the day somebody uploads one more
wheel of a pinned version. That a lock is complete is seen when it is installed with hashes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_PIN = re.compile(r"^(?P<name>[\w.-]+)(\[[\w,-]+])?==(?P<version>[^\s;\\]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """This is one package in a lock.

    Attributes:
        hashes: how many files of the version the lock knows.
        asked_for: the lock says that a requirement in the .in file wants it.
    """

    name: str
    version: str
    hashes: int
    asked_for: bool


def requirements_of(text: str) -> Iterator[Requirement]:
    """This gives the requirements in a .in file, without its references to other files."""
    for line in text.splitlines():
        if line and not line.startswith(("#", "-")):
            yield Requirement(line)


def pins_of(text: str) -> dict[str, Pin]:
    """This gives the packages in a lock by their canonical names."""
    pins: dict[str, Pin] = {}
    for block in re.split(r"\n(?=\S)", text):
        if found := _PIN.match(block):
            name = canonicalize_name(found["name"])
            pins[name] = Pin(
                name=name,
                version=found["version"],
                hashes=block.count("--hash=sha256:"),
                asked_for=bool(re.search(r"# +(via )? *-r \w+\.in", block)),
            )
    return pins


def disagreements(wanted: str, lock: str) -> list[str]:
    """This gives a sentence for each thing in which a lock differs from its .in file."""
    requirements = {canonicalize_name(r.name): r for r in requirements_of(wanted)}
    pins = pins_of(lock)
    found = []
    for name, requirement in requirements.items():
        if name not in pins:
            found.append(f"{name} is asked for and not locked")
        elif not requirement.specifier.contains(pins[name].version, prereleases=True):
            found.append(f"{name} is locked at {pins[name].version}, asked for is {requirement}")
    for pin in pins.values():
        if pin.asked_for and pin.name not in requirements:
            found.append(f"{pin.name} is locked as asked for and is not asked for")
        if not pin.hashes:
            found.append(f"{pin.name} is locked without a hash")
    return found
