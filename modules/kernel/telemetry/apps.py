from django.apps import AppConfig
from django.conf import settings
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import DEFAULT_OFF
from prometheus_client import disable_created_metrics

from modules.kernel.telemetry.logs import log_json, log_text


class TelemetryConfig(AppConfig):
    name = "modules.kernel.telemetry"
    label = "telemetry"

    def ready(self) -> None:
        """This makes trace ids; without a provider OpenTelemetry hands out empty ones."""
        if settings.QUARRY_LOGS == "json":
            log_json()
        else:
            log_text()
        # Each counter would come with a second series, its birthday.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types
        if not isinstance(trace.get_tracer_provider(), TracerProvider):
            resource = Resource({"service.name": "quarry"})
            # Nothing is exported, so nothing is recorded, unless a caller said that it records:
            # the ids are handed on all the same. An operator who exports brings a provider.
            trace.set_tracer_provider(TracerProvider(resource=resource, sampler=DEFAULT_OFF))
