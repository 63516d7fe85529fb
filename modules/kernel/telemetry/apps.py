from django.apps import AppConfig
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import disable_created_metrics


class TelemetryConfig(AppConfig):
    name = "modules.kernel.telemetry"
    label = "telemetry"

    def ready(self) -> None:
        """This makes trace ids; without a provider OpenTelemetry hands out empty ones."""
        # Each counter would come with a second series, its birthday.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types
        if not isinstance(trace.get_tracer_provider(), TracerProvider):
            resource = Resource({"service.name": "quarry"})
            trace.set_tracer_provider(TracerProvider(resource=resource))
