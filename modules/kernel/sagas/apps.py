from django.apps import AppConfig


class SagasConfig(AppConfig):
    name = "modules.kernel.sagas"
    label = "sagas"
    default_auto_field = "django.db.models.BigAutoField"
