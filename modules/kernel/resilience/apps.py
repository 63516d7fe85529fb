from django.apps import AppConfig
from django.conf import settings
from django.db import connections


class ResilienceConfig(AppConfig):
    name = "modules.kernel.resilience"
    label = "resilience"

    def ready(self) -> None:
        from modules.kernel.resilience.registry import allow_faults, at_end_of_threads

        allow_faults(settings.QUARRY_FAULTS_ALLOWED)
        # Django's connections are of a thread; one that ends must not leave them open.
        at_end_of_threads(connections.close_all)
