from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "modules.kernel.identity"
    label = "identity"
