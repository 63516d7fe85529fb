from modules.kernel.manifests import ModuleConfig, Registration


class ConsoleConfig(ModuleConfig):
    name = "modules.console"
    label = "console"

    def register(self, module: Registration) -> None:
        """This wires the module."""
        # Here, not above: models are not ready while Django still imports apps.py.
        from modules.console.read_models import LiveFigures

        module.projection(LiveFigures)
