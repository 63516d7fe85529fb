"""Writing placements: by whoever moves a module, in the databases of both deployables.

In SQL and on a connection that the caller names, which need not be one of the settings: the
mover reaches the other deployable's database by itself.
"""

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from modules.kernel.placements.brokers import credentials_of
from modules.kernel.placements.errors import StaleEpoch
from modules.kernel.placements.placement import Placement, State

_ROW = "placements_placement"

# In one epoch only forward: what a mover still says after it was overtaken must not undo what
# was decided. The same again is no error: each phase of a move may be repeated.
_PLACE = f"""
INSERT INTO {_ROW} (module, epoch, state, url, broker_url, shadow_url, shadow_percent, since)
VALUES (%s, %s, %s, %s, %s, %s, %s, CURRENT_TIMESTAMP)
ON CONFLICT (module) DO UPDATE SET epoch = excluded.epoch, state = excluded.state,
    url = excluded.url, broker_url = excluded.broker_url,
    shadow_url = excluded.shadow_url, shadow_percent = excluded.shadow_percent,
    since = CASE WHEN {_ROW}.epoch = excluded.epoch AND {_ROW}.state = excluded.state
                 THEN {_ROW}.since ELSE excluded.since END
 WHERE {_ROW}.epoch < excluded.epoch
    OR ({_ROW}.epoch = excluded.epoch AND ({_ROW}.state = excluded.state
        OR ({_ROW}.state IN ('fenced', 'standby') AND excluded.state IN ('here', 'elsewhere'))))
"""


def place(
    module: str,
    *,
    state: State,
    epoch: int,
    url: str = "",
    broker_url: str = "",
    shadow_url: str = "",
    shadow_percent: int = 0,
    using: str | BaseDatabaseWrapper = "default",
) -> Placement:
    """This writes where a module is, in the transaction that is open on the connection, if any.

    Every process of the deployable knows it at the latest `PLACEMENT_SECONDS` after the commit.

    Args:
        epoch: of the move; from 1, and larger than that of any earlier move.
        url: of the process that has the module, where that is elsewhere; needed for
            `State.ELSEWHERE`.
        broker_url, shadow_url, shadow_percent: see `models.Placement`.
        using: an alias, or a connection.

    Raises:
        StaleEpoch: a later move is written already, or this one has been decided otherwise.
        ValueError: elsewhere without a URL, an epoch below 1, or a broker with a password.
    """
    if state is State.ELSEWHERE and not url:
        raise ValueError(f"say at which URL {module} runs: it is placed elsewhere")
    if epoch < 1:
        raise ValueError(f"the epoch of a move is at least 1, not {epoch}")
    if credentials_of(broker_url):
        raise ValueError(
            "who may use the broker is not written where everybody can read it: leave user and "
            "password out of the URL, and say QUARRY_BROKER_CREDENTIALS to the processes"
        )
    with _connection(using).cursor() as cursor:
        asked = (shadow_url, shadow_percent)
        cursor.execute(_PLACE, [module, epoch, state.value, url, broker_url, *asked])
        if cursor.rowcount != 1:
            found = read_placements(using)[module]
            raise StaleEpoch(
                f"{module} is {found.state} since epoch {found.epoch}; "
                f"{state} of epoch {epoch} is too late"
            )
    return Placement(
        module=module,
        state=state,
        epoch=epoch,
        url=url,
        broker_url=broker_url,
        shadow_url=shadow_url,
        shadow_percent=shadow_percent,
    )


def read_placements(using: str | BaseDatabaseWrapper = "default") -> dict[str, Placement]:
    """This gives what a deployable's database says now, by module.

    Args:
        using: an alias, or a connection.
    """
    with _connection(using).cursor() as cursor:
        cursor.execute(
            f"SELECT module, state, epoch, url, broker_url, shadow_url, shadow_percent FROM {_ROW}"
        )
        return {
            row[0]: Placement(
                module=row[0],
                state=State(row[1]),
                epoch=row[2],
                url=row[3],
                broker_url=row[4],
                shadow_url=row[5],
                shadow_percent=row[6],
            )
            for row in cursor.fetchall()
        }


def _connection(using: str | BaseDatabaseWrapper) -> BaseDatabaseWrapper:
    return connections[using] if isinstance(using, str) else using
