from django.apps import AppConfig
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider


class TelemetryConfig(AppConfig):
    name = "modules.kernel.telemetry"
    label = "telemetry"

    def ready(self) -> None:
        """This makes trace ids; without a provider OpenTelemetry hands out empty ones."""
        if not isinstance(trace.get_tracer_provider(), TracerProvider):
            resource = Resource({"service.name": "quarry"})
            trace.set_tracer_provider(TracerProvider(resource=resource))
