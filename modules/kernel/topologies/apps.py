from django.apps import AppConfig


class TopologiesConfig(AppConfig):
    name = "modules.kernel.topologies"
    label = "topologies"
