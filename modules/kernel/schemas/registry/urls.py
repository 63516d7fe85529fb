"""The paths of the registry's API, below its address."""

from django.urls import path

from modules.kernel.schemas.registry import views
from modules.kernel.schemas.registry.views import answered

_VERSION = "subjects/<path:subject>/versions/<str:version>"
_JUDGE = "compatibility/subjects/<path:subject>/versions"

urlpatterns = [
    path("subjects", answered(GET=views.list_subjects)),
    path(f"{_VERSION}/schema", answered(GET=views.show_version_schema)),
    path(_VERSION, answered(GET=views.show_version, DELETE=views.delete_version)),
    path(
        "subjects/<path:subject>/versions",
        answered(GET=views.list_versions, POST=views.register),
    ),
    path("subjects/<path:subject>", answered(POST=views.look_up, DELETE=views.delete_subject)),
    path("schemas/types", answered(GET=views.list_types)),
    path("schemas/ids/<int:schema_id>", answered(GET=views.show_schema)),
    path("schemas/ids/<int:schema_id>/versions", answered(GET=views.show_uses)),
    path("schemas/ids/<int:schema_id>/subjects", answered(GET=views.show_users)),
    path("mode", answered(GET=views.show_mode)),
    path("mode/<path:subject>", answered(GET=views.show_mode)),
    path(
        "config",
        answered(GET=views.show_config, PUT=views.set_config, DELETE=views.delete_config),
    ),
    path(
        "config/<path:subject>",
        answered(GET=views.show_config, PUT=views.set_config, DELETE=views.delete_config),
    ),
    path(f"{_JUDGE}/<str:version>", answered(POST=views.judge)),
    path(_JUDGE, answered(POST=views.judge)),
    path("<path:path>", answered(GET=views.unknown, POST=views.unknown)),
]
