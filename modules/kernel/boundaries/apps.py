from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.db import connections


class BoundariesConfig(AppConfig):
    name = "modules.kernel.boundaries"
    label = "boundaries"

    def ready(self) -> None:
        # Imported here: both look at models, which are not loaded when this file is.
        from modules.kernel.boundaries.checks import check_boundaries
        from modules.kernel.boundaries.query_guard import guard

        checks.register(check_boundaries, "boundaries")
        if settings.QUARRY_QUERY_GUARD:
            guard(connections)
