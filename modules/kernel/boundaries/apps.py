from django.apps import AppConfig


class BoundariesConfig(AppConfig):
    name = "modules.kernel.boundaries"
    label = "boundaries"
