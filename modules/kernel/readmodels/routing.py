"""Which database the rows of a read model are in: the one that the present read was sent to."""

from typing import Any

from django.conf import settings
from django.db.models import Model

from modules.kernel.readmodels.projection import projection_of
from modules.kernel.readmodels.reading import alias_of_reads


class ReadModelRouter:
    """This stands before the router of modules' own tables."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        projection = projection_of(model)
        return (alias_of_reads() or projection.database) if projection else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        projection = projection_of(model)
        return projection.database if projection else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        # A replica is written by its primary, and by nobody else.
        replica: str = settings.QUARRY_REPLICA_DATABASE
        return False if replica and db == replica else None
