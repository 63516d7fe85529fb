"""Finds what documents ask of a reader: commands to type (``$ …`` in console blocks), links."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
_ASSIGNMENT = re.compile(r"[A-Z][A-Z0-9_]*=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """This is one command of a document.

    Attributes:
        where: the document and line, for people.
        text: as it stands there, continuation lines joined.
    """

    where: str
    text: str

    @property
    def words(self) -> list[str]:
        """This gives the command's words without the variables set before it."""
        words = shlex.split(self.text, comments=True)
        while words and _ASSIGNMENT.match(words[0]):
            del words[0]
        return words

    @property
    def variables(self) -> list[str]:
        """This gives the names of the variables set before the command."""
        return [
            word.partition("=")[0]
            for word in shlex.split(self.text, comments=True)[: -len(self.words) or None]
        ]


def commands_in(document: Path) -> Iterator[Told]:
    """This gives the commands of one document in order."""
    text = document.read_text()
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start("body")) + 1
        for logical in re.sub(r"\\\n(?:> )?\s*", " ", block["body"]).splitlines():
            if logical.startswith("$ "):
                yield Told(where=f"{document.name}:{line}", text=logical[2:])


def links_in(document: Path) -> list[str]:
    """This gives the files that a document links to or shows, as written there."""
    return re.findall(r"\]\((?!\w+:)([^)#\s]+)[^)]*\)", document.read_text())
