from django.apps import AppConfig


class ScaffoldingConfig(AppConfig):
    name = "modules.kernel.scaffolding"
    label = "scaffolding"
