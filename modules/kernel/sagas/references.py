"""References: how a definition says "the order id of the input" without any code.

``I.order_id`` is a field of the saga's input; ``agree.out.total_minor`` a field of what
an earlier step answered. Both are data, so a definition can be hashed, stored and drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class UnresolvedReference(LookupError):
    """This says that a step refers to what is not there."""


@dataclass(frozen=True, slots=True)
class Reference:
    """This names a value that is known when a step begins.

    Attributes:
        step: whose answer it is in; empty for the saga's input.
        path: the fields to follow from there.
    """

    step: str
    path: tuple[str, ...]

    def __getattr__(self, name: str) -> "Reference":
        if name.startswith("_"):
            raise AttributeError(name)
        return Reference(self.step, (*self.path, name))

    def resolve(self, source: Mapping[str, Any], outs: Mapping[str, Mapping[str, Any]]) -> Any:
        """This gives the value.

        Raises:
            UnresolvedReference: the step has not answered, or the field is missing.
        """
        value: Any = outs.get(self.step) if self.step else source
        for name in self.path:
            if not isinstance(value, Mapping) or name not in value:
                raise UnresolvedReference(f"{self} is not there")
            value = value[name]
        return value

    def __str__(self) -> str:
        return ".".join(("I", *self.path) if not self.step else (self.step, "out", *self.path))


#: The saga's input: ``I.order_id`` is its field ``order_id``.
I = Reference("", ())  # noqa: E741  # the language's own short word for the input
