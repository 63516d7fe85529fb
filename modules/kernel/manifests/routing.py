"""Which database a model is in: its module's. Kernel tables are in every database with modules."""

from typing import Any

from django.conf import settings
from django.db.models import Model

from modules.kernel.manifests.module_config import module_of_app
from modules.kernel.messaging.unit_of_work import database_of_module

#: Kernel apps whose tables stand beside each module's own, because they share its transactions.
_BESIDE_EVERY_MODULE = {"messaging", "sagas", "eventstore", "readmodels"}


class ModuleRouter:
    """This sends each module's models to its database; see `QUARRY_DATABASES`."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        module = module_of_app(model._meta.app_label)
        return database_of_module(module) if module else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        if db == settings.QUARRY_READ_DATABASE and app_label == "readmodels":
            return True
        if app_label in _BESIDE_EVERY_MODULE:
            return db == "default" or db in settings.QUARRY_DATABASES.values()
        module = module_of_app(app_label)
        return db == (database_of_module(module) if module else "default")
