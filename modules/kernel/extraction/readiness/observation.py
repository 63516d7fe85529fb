"""An observation: one place that matters when the module goes, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Observation:
    """This is one place that matters when the module goes.

    Attributes:
        rule: what kind it is, for example ``import``, ``sql`` or ``call-in-a-loop``.
        blocks: it would break; the others cost time.
        path: of the file, from the root.
        line: from 1; 0 where no line can be named.
        detail: what is there.
        advice: what to do.
    """

    rule: str
    blocks: bool
    path: str
    line: int
    detail: str
    advice: str

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path
