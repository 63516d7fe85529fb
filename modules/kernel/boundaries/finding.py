"""A finding: one place where a rule of the house is broken. What every check here gives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """This is one place where a rule is broken.

    Attributes:
        rule: name of the rule, for example ``import`` or ``foreign-key``.
        importer: dotted name of the file that reaches for something.
        imported: what it reaches for: a file's dotted name, a model, a table, a message.
        detail: what is wrong and what to do.
        line: where in the file, from 1; 0 where no line can be named.
    """

    rule: str
    importer: str
    imported: str
    detail: str
    line: int = 0

    @property
    def edge(self) -> str:
        """This is what the ratchet knows the finding by: no line, so that files may grow."""
        return f"{self.rule}: {self.importer} -> {self.imported}"

    @property
    def place(self) -> str:
        """This is where to look: the file's dotted name, with the line where there is one."""
        return f"{self.importer}:{self.line}" if self.line else self.importer
