from modules.catalog.contracts import Catalog
from modules.kernel.manifests import ModuleConfig, Registration


class CatalogConfig(ModuleConfig):
    name = "modules.catalog"
    label = "catalog"

    def register(self, module: Registration) -> None:
        """This wires the module."""
        # Imported here: models cannot be loaded while Django still reads the apps.
        from modules.catalog.service import CatalogService

        module.provides(Catalog, CatalogService())
