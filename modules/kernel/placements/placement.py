"""A placement, and what its states mean."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """This tells what a deployable has to do with a module.

    In one epoch a module goes from `FENCED` or `STANDBY` to `HERE` or `ELSEWHERE`, and no further.
    """

    #: It is in charge here.
    HERE = "here"
    #: It is in charge here, or at a URL, and about to be moved: nothing begins, and callers wait.
    FENCED = "fenced"
    #: It is in charge at another URL.
    ELSEWHERE = "elsewhere"
    #: It is installed here and not in charge: it refuses calls, and moves no messages.
    STANDBY = "standby"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """This is one row of the table; see `models.Placement` for its fields."""

    module: str
    state: State
    epoch: int
    url: str = ""
    broker_url: str = ""
    shadow_url: str = ""
    shadow_percent: int = 0

    @property
    def is_on_its_way_back(self) -> bool:
        """This is true of a module that is fenced here, and has not come yet."""
        return self.state is State.FENCED and bool(self.url)
