from django.apps import AppConfig


class ExtractionConfig(AppConfig):
    name = "modules.kernel.extraction"
    label = "extraction"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Here, not above: models are not ready while Django still imports apps.py.
        from modules.kernel.extraction.moving import retaining
        from modules.kernel.messaging import retention

        retention.hold("move", retaining.reason)
