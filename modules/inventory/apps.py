from modules.inventory.contracts import Inventory, PickStock, ReleaseStock, ReserveStock
from modules.inventory.contracts.commands import ExpireReservation
from modules.kernel.manifests import ModuleConfig, Registration
from modules.shipping.contracts import ShipmentReturned


class InventoryConfig(ModuleConfig):
    name = "modules.inventory"
    label = "inventory"

    def register(self, module: Registration) -> None:
        """This wires the module."""
        # Imported here: models cannot be loaded while Django still reads the apps.
        from modules.inventory import handlers
        from modules.inventory.read_models import Availability
        from modules.inventory.service import InventoryService

        module.handles(ReserveStock, handlers.reserve_stock)
        module.handles(PickStock, handlers.pick_stock)
        module.handles(ReleaseStock, handlers.release_stock)
        module.handles(ShipmentReturned, handlers.shipment_returned)
        module.handles(ExpireReservation, handlers.expire_reservation)
        module.projection(Availability)
        module.provides(Inventory, InventoryService())
