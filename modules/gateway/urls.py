from django.urls import URLPattern, URLResolver, include, path

from modules.gateway.views import HealthView, ReadinessView

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", HealthView.as_view(), name="healthz"),
    path("readyz", ReadinessView.as_view(), name="readyz"),
    path("", include("modules.gateway.web.urls")),
]
