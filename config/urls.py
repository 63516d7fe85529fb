"""All URLs of the deployable: each module's own, from the root, wherever it runs."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from modules.kernel.http.edge import urls_elsewhere
from modules.kernel.schemas.views import asyncapi

#: Where the front is, tokens are given out.
_IS_FRONT = settings.QUARRY_FRONT in settings.QUARRY_MODULES

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("api/asyncapi/", asyncapi, name="asyncapi"),
    path("api/asyncapi/<str:module>", asyncapi, name="asyncapi-module"),
    path("internal/schema-registry/", include("modules.kernel.schemas.registry.urls")),
    path("", include("modules.kernel.http.probes")),
    *([path("", include("modules.kernel.identity.provider.urls"))] if _IS_FRONT else []),
    *(path("", include(f"modules.{module}.urls")) for module in settings.QUARRY_MODULES),
    *urls_elsewhere(),
]

handler404 = "modules.kernel.http.problems.page_not_found"
