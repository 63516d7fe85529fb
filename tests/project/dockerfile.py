"""Reads a Dockerfile, as far as tests ask: stages, and instructions with their arguments."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """This is one instruction with its continuation lines joined.

    Attributes:
        stage: 0 for the first FROM.
        name: upper case, for example ``COPY``.
        text: everything after the name.
    """

    stage: int
    name: str
    text: str

    @property
    def arguments(self) -> list[str]:
        """This gives the arguments of the exec form, or the words of the shell form."""
        if self.text.startswith("["):
            return [str(argument) for argument in json.loads(self.text)]
        return shlex.split(self.text)

    @property
    def copied(self) -> list[str]:
        """This gives what a COPY takes from the build context; nothing for ``--from``."""
        if self.name != "COPY" or "--from=" in self.text:
            return []
        return [word for word in self.arguments if not word.startswith("--")][:-1]


def instructions(text: str) -> Iterator[Instruction]:
    """This gives the instructions of a Dockerfile in order."""
    stage = -1
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for logical in re.sub(r"\\\n\s*", " ", lines).splitlines():
        if not logical.strip():
            continue
        name, _, rest = logical.strip().partition(" ")
        stage += name.upper() == "FROM"
        yield Instruction(stage=stage, name=name.upper(), text=rest.strip())


def of_final_stage(found: list[Instruction]) -> list[Instruction]:
    """This gives the instructions that make the image that is shipped."""
    return [one for one in found if one.stage == found[-1].stage]


def faults(text: str) -> list[str]:
    """This gives a sentence for each habit of good images that a Dockerfile does not keep."""
    found = list(instructions(text))
    final = of_final_stage(found)
    names = [one.name for one in final]
    faults = [
        f"{one.text} is not pinned by version"
        for one in found
        if one.name == "FROM" and not re.search(r":\d+\.\d+\.\d+", one.text)
    ]
    faults += ["ADD is used where COPY would do" for one in found if one.name == "ADD"]
    users = [one.text for one in final if one.name == "USER"]
    if not users or not users[-1].isdigit() or int(users[-1]) == 0:
        faults.append("it does not end with a USER by number that is not root")
    if "HEALTHCHECK" not in names:
        faults.append("there is no HEALTHCHECK")
    if not any(one.name == "CMD" and one.text.startswith("[") for one in final):
        faults.append("there is no CMD in exec form, so signals do not reach the process")
    return faults
