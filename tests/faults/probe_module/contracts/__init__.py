"""What the probe says."""

from tests.faults.probe_module.contracts.events import ThingHappened

__all__ = ["ThingHappened"]
