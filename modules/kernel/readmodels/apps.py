from typing import Any

from django.apps import AppConfig


class ReadmodelsConfig(AppConfig):
    name = "modules.kernel.readmodels"
    label = "readmodels"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Here, not above: models are not ready while Django still imports apps.py.
        from django.db.models.signals import post_migrate  # noqa: TID251  # see `_ensure_all`

        from modules.kernel.eventstore.erasure import on_erasure
        from modules.kernel.readmodels import erasure

        on_erasure("read models", erasure.scrub)
        post_migrate.connect(_ensure_all, sender=self)


def _ensure_all(*, using: str, **_: Any) -> None:
    """This makes read models that are not there yet.

    By the signal that Django has for rows that go with a schema: it is sent after `migrate`,
    and when a test has emptied all tables.
    """
    from django.db import connections

    from modules.kernel.readmodels import generations
    from modules.kernel.readmodels.models import Generation
    from modules.kernel.readmodels.projection import projections

    if Generation._meta.db_table not in connections[using].introspection.table_names():
        return  # Some apps only were migrated, and not yet this one.
    for projection in projections():
        if projection.database == using:
            generations.ensure(projection)
