"""Tables and who owns them: each belongs to one module, and its name says to which.

Called by the system checks and by the query guard, over the app registry.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.apps import AppConfig, apps
from django.db.models import Model

from modules.kernel.boundaries.finding import Finding
from modules.kernel.manifests import module_of_app

_MODULES = "modules."
_KERNEL = "modules.kernel."


def owners_of_tables() -> dict[str, str]:
    """This gives the module that owns each table, by the table's name in lower case.

    Tables of the kernel and of libraries are left out: they belong to no module. A table
    that several claim (which is an error) is its first claimant's.
    """
    owners: dict[str, str] = {}
    for model in _with_tables(apps.get_models(include_auto_created=True)):
        if module := module_of_app(model._meta.app_label):
            owners.setdefault(model._meta.db_table.lower(), module)
    return owners


def ownership_findings(models: Iterable[type[Model]]) -> Iterator[Finding]:
    """This gives each table that has two owners, or whose name tells of another."""
    owned: dict[str, list[type[Model]]] = defaultdict(list)
    for model in _with_tables(models):
        meta = model._meta
        owned[meta.db_table.lower()].append(model)
        if module_of_app(meta.app_label) is None:
            continue
        if not meta.db_table.startswith(f"{meta.app_label}_"):
            yield Finding(
                rule="table-prefix",
                importer=model.__module__,
                imported=meta.db_table,
                detail=(
                    f"the table {meta.db_table} of {meta.label} must be called "
                    f"{meta.app_label}_…, so that its name says whose it is"
                ),
            )
        home = apps.get_app_config(meta.app_label).name
        if not f"{model.__module__}.".startswith(f"{home}."):
            yield Finding(
                rule="foreign-label",
                importer=model.__module__,
                imported=meta.label,
                detail=f"{model.__name__} gives itself to {meta.app_label}, outside of {home}",
            )
    for table, claimants in sorted(owned.items()):
        for model in claimants[1:]:
            yield Finding(
                rule="table-owned-twice",
                importer=model.__module__,
                imported=table,
                detail=(
                    f"the table {table} of {model._meta.label} is the table of "
                    f"{claimants[0]._meta.label}; give it one of its own"
                ),
            )


def manifest_missing(configs: Iterable[AppConfig]) -> Iterator[Finding]:
    """This gives each app below ``modules/`` that has models and is no module."""
    for config in configs:
        if not config.name.startswith(_MODULES) or f"{config.name}.".startswith(_KERNEL):
            continue
        if module_of_app(config.label) is None and any(config.get_models()):
            yield Finding(
                rule="no-manifest",
                importer=config.name,
                imported="module.toml",
                detail="has models and no manifest: derive its AppConfig from ModuleConfig",
            )


def _with_tables(models: Iterable[type[Model]]) -> Iterator[type[Model]]:
    return (m for m in models if not m._meta.proxy and not m._meta.abstract and not m._meta.swapped)
