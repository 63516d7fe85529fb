from modules.kernel.manifests import ModuleConfig, Registration


class NotificationsConfig(ModuleConfig):
    name = "modules.notifications"
    label = "notifications"

    def register(self, module: Registration) -> None:
        """This wires the module."""
