"""Relations between models of different modules: the joins that would be lost in a move.

Called by the system checks with the models of the app registry, where string references
(``"payments.Payment"``), which no import linter sees, have become classes.
"""

from collections.abc import Iterable, Iterator

from django.contrib.contenttypes.fields import GenericForeignKey
from django.db.models import Field, Model

from modules.kernel.boundaries.finding import Finding
from modules.kernel.manifests import module_of_app

_CURE = "keep its key in a plain field and ask the owner, or keep a copy from its events"


def relation_findings(models: Iterable[type[Model]]) -> Iterator[Finding]:
    """This gives each relation of the models that leaves its module."""
    for model in models:
        own = (*model._meta.local_fields, *model._meta.local_many_to_many)
        for field in own:
            yield from _leaving(model, field)
        for field in model._meta.private_fields:
            if isinstance(field, GenericForeignKey) and module_of_app(model._meta.app_label):
                yield Finding(
                    rule="generic-relation",
                    importer=model.__module__,
                    imported=f"{model.__name__}.{field.name}",
                    detail=f"{model.__name__}.{field.name} may point at any module's rows; {_CURE}",
                )


def _leaving(model: type[Model], field: "Field[object, object]") -> Iterator[Finding]:
    remote = field.remote_field
    if remote is None:
        return
    through = getattr(remote, "through", None)
    for rule, target in (("foreign-key", remote.model), ("through-table", through)):
        if target is None:
            continue
        owner = module_of_app(_app_label(model, target))
        if owner is not None and owner != module_of_app(model._meta.app_label):
            name = target if isinstance(target, str) else target._meta.label
            yield Finding(
                rule=rule,
                importer=model.__module__,
                imported=name,
                detail=(
                    f"{model.__name__}.{field.name} is a {type(field).__name__} to {name}, "
                    f"a model of {owner}; {_CURE}"
                ),
            )


def _app_label(model: type[Model], target: type[Model] | str) -> str:
    if isinstance(target, str):  # not resolved: no installed app has the model
        return target.partition(".")[0] if "." in target else model._meta.app_label
    return target._meta.app_label
