from django.apps import AppConfig


class SagasConfig(AppConfig):
    name = "modules.kernel.sagas"
    label = "sagas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Here, not above: models are not ready while Django still imports apps.py.
        from modules.kernel.eventstore.erasure import on_erasure
        from modules.kernel.sagas import erasure

        on_erasure("sagas", erasure.scrub)
