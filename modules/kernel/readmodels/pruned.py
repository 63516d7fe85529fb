"""What a rebuild cannot read any more: messages that retention has deleted from the logs.

A read model keeps what came of them. One that is filled from the log as it is now does not have it.
"""

from django.db import connections

from modules.kernel.eventstore.chain import pruned_until
from modules.kernel.messaging.logs import databases


def pruned_messages() -> dict[str, int]:
    """This gives how many messages were deleted from each log, of those that have lost any."""
    counted = {source: _pruned(source) for source in databases()}
    return {source: number for source, number in counted.items() if number > 0}


def _pruned(source: str) -> int:
    last = pruned_until(source)
    if not last:
        return 0
    is_postgresql = connections[source].vendor == "postgresql"
    there = "messaging_position WHERE pos" if is_postgresql else "messaging_message WHERE id"
    with connections[source].cursor() as cursor:
        # Positions have no gaps but those that a pruning has left.
        cursor.execute(f"SELECT count(*) FROM {there} <= %s", [last])
        return int(last - cursor.fetchone()[0])
