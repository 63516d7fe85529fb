"""The one place where the probe is wired."""

from modules.kernel.manifests import ModuleConfig, Registration
from tests.faults.probe_module.contracts import ThingHappened


class ProbeConfig(ModuleConfig):
    name = "tests.faults.probe_module"
    label = "probe"

    def register(self, module: Registration) -> None:
        # Imported here: models are not ready when Django imports this file.
        from tests.faults.probe_module import handlers

        module.handles(ThingHappened, handlers.on_thing_happened)
