from django.apps import AppConfig
from django.core import checks


class IdentityConfig(AppConfig):
    name = "modules.kernel.identity"
    label = "identity"

    def ready(self) -> None:
        from modules.kernel.identity.checks import check_issuer

        checks.register(check_issuer, "identity", deploy=True)
