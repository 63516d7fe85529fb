from modules.kernel.manifests import ModuleConfig, Registration


class CatalogConfig(ModuleConfig):
    name = "modules.catalog"
    label = "catalog"

    def register(self, module: Registration) -> None:
        """This wires the module."""
