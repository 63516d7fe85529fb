from django.urls import URLPattern, URLResolver, include, path

from modules.gateway.fronts.openapi import FRONTS, documented

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("modules.gateway.web.urls")),
    *(path(front.prefix, include(front.urls)) for front in FRONTS),
    *(page for front in FRONTS for page in documented(front)),
]
