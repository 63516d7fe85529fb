"""The OpenAPI documents of the front ends, each of its own URLs and nothing else."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

_BEARER = {
    "APPEND_COMPONENTS": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    "SECURITY": [{"bearer": []}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """This is a front end as its document presents it.

    Attributes:
        prefix: of its URLs, from the root.
        urls: the module with its patterns.
        more: of drf-spectacular's settings.
    """

    name: str
    title: str
    description: str
    version: str
    prefix: str
    urls: str
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def patterns(self) -> list[URLPattern | URLResolver]:
        """These are its URLs, and those of no other."""
        return [path(self.prefix, include(self.urls))]

    @property
    def settings(self) -> dict[str, Any]:
        """This is what its document says otherwise than the one of the modules' own API."""
        return {
            "TITLE": self.title,
            "DESCRIPTION": self.description,
            "VERSION": self.version,
            "PREPROCESSING_HOOKS": [],
            **self.more,
        }

    def document(self) -> dict[str, Any]:
        """This gives the document."""
        with patched_settings(self.settings):
            generator = SchemaGenerator(patterns=self.patterns)  # type: ignore[no-untyped-call]
            made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        return made


WEB = Front(
    name="web",
    title="Quarry for the web",
    description="Whole pages in one answer, with what became of each of their parts.",
    version="1",
    prefix="web/",
    urls="modules.gateway.fronts.web.urls",
)
MOBILE = Front(
    name="mobile",
    title="Quarry for mobile apps",
    description="The same pages, small: choose fields, send the ETag back.",
    version="1",
    prefix="mobile/",
    urls="modules.gateway.fronts.mobile.urls",
)
PARTNER = Front(
    name="partner",
    title="Quarry for partners",
    description=(
        "Orders one by one or in bulk, and webhooks that tell what becomes of them. Stable: "
        "within a version fields may be added, and nothing else."
    ),
    version="1.0",
    prefix="partner/v1/",
    urls="modules.gateway.fronts.partner.urls",
    more=_BEARER,
)

FRONTS = (WEB, MOBILE, PARTNER)


def documented(front: Front) -> list[URLPattern]:
    """This gives the URLs of a front end's document and of the page that shows it."""
    return [
        path(
            f"{front.prefix}schema",
            SpectacularAPIView.as_view(patterns=front.patterns, custom_settings=front.settings),
            name=f"{front.name}-schema",
        ),
        path(
            f"{front.prefix}docs",
            SpectacularSwaggerView.as_view(url_name=f"{front.name}-schema", title=front.title),
            name=f"{front.name}-docs",
        ),
    ]
