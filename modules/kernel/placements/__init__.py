"""Where modules run, while they move: rows that every process of a deployable goes by.

The settings say where a module runs (``QUARRY_MODULES``, ``QUARRY_MODULES_PAYMENTS=https://…``).
A row here overrides them, without a restart: the module is here, fenced, elsewhere or in standby
since an epoch. Whoever moves a module writes it with `place`; bindings, the edge, the drivers of
messages and tasks read it, and none goes by what it read more than `PLACEMENT_SECONDS` ago.
See docs/topologies.md.
"""

from modules.kernel.placements.brokers import broker_at, credentials_of, without_credentials
from modules.kernel.placements.errors import Fenced, Moved, PlacesUnknown, StaleEpoch
from modules.kernel.placements.hosting import (
    Hosting,
    hosting,
    is_in_charge,
    modules_at_rest,
    refuse_if_moved,
)
from modules.kernel.placements.placement import Placement, State
from modules.kernel.placements.reading import (
    EVERYBODY_KNOWS_SECONDS,
    PLACEMENT_SECONDS,
    Placements,
    StoredPlacements,
    Unmoved,
)
from modules.kernel.placements.refusals import REFUSAL, is_moved_away, is_refused_write
from modules.kernel.placements.shadows import (
    ShadowOutcome,
    different_shadows,
    forget_shadows,
    note_shadow,
    read_shadows,
)
from modules.kernel.placements.wiring import placements, use
from modules.kernel.placements.writing import place, read_placements

__all__ = [
    "Placement",
    "State",
    "place",
    "read_placements",
    "PLACEMENT_SECONDS",
    "EVERYBODY_KNOWS_SECONDS",
    "placements",
    "use",
    "Placements",
    "StoredPlacements",
    "Unmoved",
    "is_in_charge",
    "modules_at_rest",
    "refuse_if_moved",
    "hosting",
    "Hosting",
    "broker_at",
    "credentials_of",
    "without_credentials",
    "Fenced",
    "Moved",
    "PlacesUnknown",
    "StaleEpoch",
    "REFUSAL",
    "is_refused_write",
    "is_moved_away",
    "ShadowOutcome",
    "note_shadow",
    "read_shadows",
    "different_shadows",
    "forget_shadows",
]
