from modules.kernel.manifests import ModuleConfig, Registration


class ShippingConfig(ModuleConfig):
    name = "modules.shipping"
    label = "shipping"

    def register(self, module: Registration) -> None:
        """This wires the module."""
