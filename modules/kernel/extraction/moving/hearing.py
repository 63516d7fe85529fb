"""What a module has in a log: its own messages, and those that its consumers wait for."""

from __future__ import annotations

from dataclasses import dataclass

from modules.kernel.extraction.moving.errors import NotReady
from modules.kernel.extraction.moving.read_models import projections_of
from modules.kernel.messaging.followers import followers
from modules.kernel.messaging.subscriptions import subscriptions
from modules.kernel.readmodels.following import follower_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """This is one module as the log knows it.

    Attributes:
        names: wire names of all messages that its consumers and followers are for.
        by_consumer: the names by consumer.
        by_read_model: the names by read model.
    """

    module: str
    names: tuple[str, ...]
    by_consumer: dict[str, tuple[str, ...]]
    by_read_model: dict[str, tuple[str, ...]]

    @property
    def consumers(self) -> tuple[str, ...]:
        return tuple(self.by_consumer)


def hearing_of(module: str) -> Hearing:
    """This gives what the module hears.

    Raises:
        NotReady: one of its followers goes along the whole log, or keeps its place itself.
    """
    by_consumer = {
        one.consumer: tuple(sorted(one.handlers)) for one in subscriptions() if one.module == module
    }
    by_read_model = {one.name: one.names for one in projections_of(module)}
    known = {follower_of(one).name for one in projections_of(module)}
    names = {name for some in by_consumer.values() for name in some}
    for kind in followers():
        if kind.module != module:
            continue
        if kind.names is None:
            raise NotReady(
                f"{kind.name} of {module} follows the whole log, which stays here: have it name "
                "the messages that it needs"
            )
        if kind.name not in known:
            raise NotReady(
                f"{kind.name} of {module} keeps its place in the log by itself, and a move knows "
                "of the places of consumers and read models only: make it one of these"
            )
        names |= set(kind.names)
    return Hearing(
        module=module,
        names=tuple(sorted(names)),
        by_consumer=by_consumer,
        by_read_model=by_read_model,
    )
