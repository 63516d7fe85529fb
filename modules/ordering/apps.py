from modules.kernel.manifests import ModuleConfig, Registration


class OrderingConfig(ModuleConfig):
    name = "modules.ordering"
    label = "ordering"

    def register(self, module: Registration) -> None:
        """This wires the module."""
