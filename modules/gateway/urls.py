from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("modules.gateway.web.urls")),
    path("web/", include("modules.gateway.fronts.web.urls")),
    path("partner/v1/", include("modules.gateway.fronts.partner.urls")),
    path("mobile/", include("modules.gateway.fronts.mobile.urls")),
]
