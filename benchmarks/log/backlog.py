"""Messages in bulk, as if they had been appended one by one."""

from benchmarks.harness import Database
from benchmarks.log.messages import KEYS, ThingHappened, thing
from modules.kernel.messaging.catalogue import encode
from modules.kernel.messaging.envelope import partition_of

_BULK = 500_000

_INSERT = """
INSERT INTO messaging_message (message_id, source, name, schema_version, key, part, data, headers,
                               xid)
SELECT gen_random_uuid(), 'bench', 'bench.thing_happened', 1, k.key, k.part,
       replace(replace(%s, 'KEY', k.key), '-1', n::text),
       '{"correlationid":"0192f0c1-2c3d-7e4f-8a5b-6c7d8e9f0a1b"}',
       coalesce(%s::text::xid8, pg_current_xact_id())
  FROM generate_series(%s::bigint, %s::bigint) n
  JOIN unnest(%s::text[], %s::int[]) WITH ORDINALITY k (key, part, i) ON i = n %% %s + 1
 ORDER BY n
"""


def append_backlog(database: Database, count: int) -> None:
    """This appends messages in one transaction; the sequencer gives them their positions."""
    _insert(database, None, 1, count)


def append_past(database: Database, count: int) -> None:
    """This fills an empty log with messages that have had their positions for long."""
    for first in range(1, count + 1, _BULK):
        _insert(database, "0", first, min(first + _BULK - 1, count))
    database.execute(
        "INSERT INTO messaging_position (pos, message_id)"
        " SELECT row_number() OVER (ORDER BY id), id FROM messaging_message"
    )
    database.execute(
        "INSERT INTO messaging_sequencer (id, pos, last_snapshot, done_id, epoch, cluster)"
        " SELECT 1, %s, pg_current_snapshot()::text, 0, 0, system_identifier::text"
        " FROM pg_control_system()",
        [count],
    )
    # What is long past has been vacuumed long ago.
    database.execute("VACUUM ANALYZE messaging_message")
    database.execute("VACUUM ANALYZE messaging_position")


def _insert(database: Database, xid: str | None, first: int, last: int) -> None:
    data = encode(ThingHappened(thing="KEY", number=-1))
    keys = [thing(number) for number in range(KEYS)]
    parts = [partition_of(key) for key in keys]
    database.execute(_INSERT, [data, xid, first, last, keys, parts, KEYS])
