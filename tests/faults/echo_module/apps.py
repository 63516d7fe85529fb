"""The one place where the echo is wired."""

from modules.kernel.manifests import ModuleConfig, Registration
from tests.faults.probe_module.contracts import ThingHappened


class EchoConfig(ModuleConfig):
    name = "tests.faults.echo_module"
    label = "echo"

    def register(self, module: Registration) -> None:
        # Imported here: models are not ready when Django imports this file.
        from tests.faults.echo_module import handlers

        module.handles(ThingHappened, handlers.on_thing_happened)
