from modules.kernel.manifests import ModuleConfig, Registration


class ConsoleConfig(ModuleConfig):
    name = "modules.console"
    label = "console"

    def register(self, module: Registration) -> None:
        """This wires the module."""
