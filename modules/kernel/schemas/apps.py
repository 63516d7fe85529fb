from django.apps import AppConfig


class SchemasConfig(AppConfig):
    name = "modules.kernel.schemas"
    label = "schemas"
