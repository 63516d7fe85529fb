from modules.kernel.manifests import ModuleConfig, Registration


class GatewayConfig(ModuleConfig):
    name = "modules.gateway"
    label = "gateway"

    def register(self, module: Registration) -> None:
        """This wires the module."""
