from django.apps import AppConfig
from django.core import checks


class MessagingConfig(AppConfig):
    name = "modules.kernel.messaging"
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from modules.kernel.messaging.checks import check_celery_broker, check_driver

        checks.register(check_driver, "messaging")
        checks.register(check_celery_broker, "messaging", deploy=True)
