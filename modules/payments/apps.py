from modules.kernel.manifests import ModuleConfig, Registration


class PaymentsConfig(ModuleConfig):
    name = "modules.payments"
    label = "payments"

    def register(self, module: Registration) -> None:
        """This wires the module."""
