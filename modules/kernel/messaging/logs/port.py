"""What the messaging kernel needs of a log, whatever database it is in."""

from collections.abc import Sequence
from typing import Protocol

from modules.kernel.messaging.envelope import Envelope

#: Columns of `messaging_message`, as `envelope_of` takes them after the position.
COLUMNS = (
    "m.message_id, m.source, m.name, m.schema_version, m.key, m.data, m.headers,"
    " m.recorded_at, m.stream, m.stream_version, m.effective_at"
)

#: How many positions one read looks at, so that a consumer of rare messages in a long
#: log gets its turns (leases to renew) while it catches up.
SCAN_LIMIT = 20_000


class LeadershipLost(Exception):
    """This says that another process sequences the log now."""


class Log(Protocol):
    """This is one database's log; an object is used by one thread.

    Attributes:
        ticked_names: names of the messages that the last tick gave positions to; None where
            it is not known.
        ticked: these messages, in order; None where they were too many to be shown.
    """

    database: str
    ticked_names: frozenset[str] | None
    ticked: Sequence[Envelope] | None

    def head(self) -> int:
        """This gives the last position; 0 for an empty log."""

    def read(
        self,
        *,
        after: int,
        names: Sequence[str] | None,
        parts: Sequence[int] | None,
        limit: int,
    ) -> tuple[list[Envelope], int]:
        """This reads messages of some names and partitions in order.

        Args:
            names: only messages of these; None for all.
            parts: only these partitions; None for all.

        Returns:
            The messages, and the position up to which there are no others of these.
        """

    def names(self, *, after: int, until: int) -> set[str]:
        """This gives the names of the messages at positions after … until."""

    def lead(self) -> bool:
        """This tries to become the one that sequences the log; True when it is."""

    def tick(self) -> int:
        """This gives positions to what was committed, and appends what is due.

        Returns:
            How many positions were given.

        Raises:
            LeadershipLost: call `lead` first, or again.
        """

    def resign(self) -> None:
        """This lets another lead."""
