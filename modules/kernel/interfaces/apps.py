from django.apps import AppConfig
from django.conf import settings
from django.core import checks


class InterfacesConfig(AppConfig):
    name = "modules.kernel.interfaces"
    label = "interfaces"

    def ready(self) -> None:
        from modules.kernel.interfaces.checks import check_interfaces, check_what_is_asked
        from modules.kernel.interfaces.configuring import configure

        configure(settings)
        checks.register(check_interfaces, "interfaces")
        checks.register(check_what_is_asked, "interfaces", deploy=True)
