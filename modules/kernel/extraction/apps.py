from django.apps import AppConfig


class ExtractionConfig(AppConfig):
    name = "modules.kernel.extraction"
    label = "extraction"
    default_auto_field = "django.db.models.BigAutoField"
