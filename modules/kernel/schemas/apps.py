from django.apps import AppConfig
from django.conf import settings

from modules.kernel.messaging.brokers.encoding import Encoding, install_encoding


class SchemasConfig(AppConfig):
    name = "modules.kernel.schemas"
    label = "schemas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in settings.QUARRY_AVRO_MODULES:
            install_encoding(module, _avro)


def _avro() -> Encoding:
    # Imported here: a registry's client is loaded only by who uses it.
    from modules.kernel.schemas.registries import open_registry
    from modules.kernel.schemas.registries.encoding import AvroEncoding

    return AvroEncoding(open_registry(settings.QUARRY_SCHEMA_REGISTRY_URL))
