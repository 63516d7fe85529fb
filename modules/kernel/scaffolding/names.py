"""Names for a new module: what is allowed, and the forms in which it appears in the code."""

import keyword
import re
from collections.abc import Collection
from dataclasses import dataclass

#: Also the form of a wire name's first half; see `modules.kernel.contracts.messages`.
_FORM = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

#: The log keeps a message's source in 40 characters; and lines of the blueprint must fit in 100.
_LONGEST = 24

#: Names of packages and folders that are not modules.
_RESERVED = {"kernel", "config", "modules", "tests", "contracts"}

#: What the blueprint calls by a name of its own, where the new interface would stand beside it.
_CLASSES_OF_THE_BLUEPRINT = {
    "Delivery",
    "EntryRecorded",
    "ModuleConfig",
    "NotFound",
    "Protocol",
    "RecordEntry",
    "RecordedEntry",
    "Registration",
    "UnknownEntry",
}


class BadModuleName(ValueError):
    """This says why a name cannot be a module's."""


@dataclass(frozen=True, slots=True)
class ModuleName:
    """This is the name of a module to be made, for example ``gift_cards``.

    Raises:
        BadModuleName: it has not the form of a name, or means something already.
    """

    module: str

    def __post_init__(self) -> None:
        if not _FORM.fullmatch(self.module):
            raise BadModuleName(
                f"{self.module!r} is not a module's name: lower-case words, of letters and "
                "digits, joined by single underscores, such as gift_cards"
            )
        if len(self.module) > _LONGEST:
            raise BadModuleName(f"{self.module!r} is longer than {_LONGEST} characters")
        if keyword.iskeyword(self.module) or keyword.iskeyword(self.class_name):
            raise BadModuleName(f"{self.module!r} is a word of Python")
        if self.module in _RESERVED or self.class_name in _CLASSES_OF_THE_BLUEPRINT:
            raise BadModuleName(f"{self.module!r} is reserved: the code uses it for something else")

    @property
    def class_name(self) -> str:
        """This is its published interface: ``GiftCards``."""
        return "".join(word.capitalize() for word in self.module.split("_"))

    @property
    def title(self) -> str:
        """This is what people read: ``Gift cards``."""
        return self.module.replace("_", " ").capitalize()

    @property
    def path(self) -> str:
        """This is its part of a URL: ``gift-cards``."""
        return self.module.replace("_", "-")

    def refuse_if_taken(self, labels: Collection[str]) -> None:
        """This refuses a name that an installed app has for its label.

        Raises:
            BadModuleName: one has it.
        """
        if self.module in labels:
            raise BadModuleName(f"{self.module!r} is taken: an installed app has this label")
