"""What orchestrators and monitoring ask of every process, whatever modules it has."""

from django.urls import URLPattern, path

from modules.kernel.http.health import HealthView, ReadinessView
from modules.kernel.http.metrics import metrics

urlpatterns: list[URLPattern] = [
    path("healthz", HealthView.as_view(), name="healthz"),
    path("readyz", ReadinessView.as_view(), name="readyz"),
    path("metrics", metrics, name="metrics"),
]
