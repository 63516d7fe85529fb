"""The crash explorer, for tests: sagas under every kill, duplicate, delay and overtaking."""

from modules.kernel.sagas.exploring.explorer import Explorer, Report, Scenario, Violation
from modules.kernel.sagas.exploring.schedule import Fault, Schedule

__all__ = ["Explorer", "Scenario", "Report", "Violation", "Schedule", "Fault"]
