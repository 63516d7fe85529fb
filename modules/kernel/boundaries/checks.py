"""Django's system checks for boundaries: run by every command that checks, and by the report.

quarry.E001  a relation to another module's model, by class or by string
quarry.E002  a many-to-many relation through another module's table
quarry.E003  a generic foreign key, which may point into any module
quarry.E004  a table that two models own
quarry.E005  a table whose name does not begin with its module's
quarry.E006  a model that gives itself to another module's app
quarry.E007  models below modules/ without a manifest
quarry.E008  another module reached by get_model, import_string or import_module
quarry.E009  a Django signal
quarry.E010  another module's template or static file
quarry.E011  a template or static file that two modules have
quarry.E012  retries that multiply along the calls that manifests declare
quarry.E013  a time limit shorter than what it contains
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error

from modules.kernel.boundaries.call_graph import call_graph_findings
from modules.kernel.boundaries.finding import Finding
from modules.kernel.boundaries.ownership import manifest_missing, ownership_findings
from modules.kernel.boundaries.ratchet import known_edges
from modules.kernel.boundaries.reflection import reflection_findings
from modules.kernel.boundaries.relations import relation_findings
from modules.kernel.boundaries.source import source_files
from modules.kernel.boundaries.templates import template_findings
from modules.kernel.manifests import installed_modules

IDS = {
    "foreign-key": "quarry.E001",
    "through-table": "quarry.E002",
    "generic-relation": "quarry.E003",
    "table-owned-twice": "quarry.E004",
    "table-prefix": "quarry.E005",
    "foreign-label": "quarry.E006",
    "no-manifest": "quarry.E007",
    "reflection": "quarry.E008",
    "signal": "quarry.E009",
    "template": "quarry.E010",
    "template-owned-twice": "quarry.E011",
    "retry-amplification": "quarry.E012",
    "deadline-too-short": "quarry.E013",
}


def check_boundaries(
    *, app_configs: Sequence[AppConfig] | None = None, **options: Any
) -> list[CheckMessage]:
    """This is the system check: an error for each finding that the baseline does not know."""
    known = known_edges(settings.QUARRY_BOUNDARIES_BASELINE)
    return [
        Error(f"{finding.place}: {finding.detail}", obj=None, id=IDS[finding.rule])
        for finding in (*registry_findings(), *policy_findings())
        if finding.edge not in known
    ]


def policy_findings() -> Iterator[Finding]:
    """This gives what is wrong with the policies of all manifests together."""
    return call_graph_findings(module.manifest for module in installed_modules())


def registry_findings() -> Iterator[Finding]:
    """This gives all that is wrong in the app registry and in the modules' source."""
    models = apps.get_models(include_auto_created=True)
    yield from relation_findings(models)
    yield from ownership_findings(models)
    yield from manifest_missing(apps.get_app_configs())
    folders = {module.label: Path(module.path) for module in installed_modules()}
    files = {
        module.label: source_files(module.name, folders[module.label])
        for module in installed_modules()
    }
    for label in folders:
        yield from reflection_findings(label, files[label])
    yield from template_findings(
        folders.items(), ((label, file) for label in folders for file in files[label])
    )
