from modules.kernel.manifests import ModuleConfig, Registration


class InventoryConfig(ModuleConfig):
    name = "modules.inventory"
    label = "inventory"

    def register(self, module: Registration) -> None:
        """This wires the module."""
