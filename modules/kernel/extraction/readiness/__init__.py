"""Whether a module could go, and what it would cost: `manage.py extract MODULE --check`.

Each observation names a file, a line and what to do. One that blocks would break when the module
runs elsewhere; the others are what it will cost. Sizes are counted; how long the move takes and
what an order's way becomes longer by are estimates, and say so.
"""

from modules.kernel.extraction.readiness.observation import Observation
from modules.kernel.extraction.readiness.report import Report, as_json, examine, print_report

__all__ = ["examine", "Report", "Observation", "as_json", "print_report"]
