"""Writing the service that a module goes to: `manage.py extract MODULE --to DIR`.

`plan` says which files it is made of, in three kinds: carried as they are (the module, the
kernel, the contracts of its neighbours, the settings), adapted from the monolith's (layers,
dependencies, locks), and drawn from `blueprint`. `record` keeps what was written, so that
`update` can bring a later kernel without touching what was changed by hand, and `verify` tries
the service in an environment of its own before it is called done.
"""

from modules.kernel.extraction.writing.adapting import NoPlace
from modules.kernel.extraction.writing.facts import BROKERS, Facts, NotSelfContained, gather
from modules.kernel.extraction.writing.plan import EXECUTABLE, Files, plan
from modules.kernel.extraction.writing.record import NoRecord, Record, read_record, write_record
from modules.kernel.extraction.writing.update import Outcome, Update, carry_out, update, write_file
from modules.kernel.extraction.writing.verify import STEPS, StepFailed, run_step

__all__ = [
    "gather",
    "Facts",
    "BROKERS",
    "NotSelfContained",
    "plan",
    "Files",
    "EXECUTABLE",
    "write_file",
    "NoPlace",
    "write_record",
    "read_record",
    "Record",
    "NoRecord",
    "update",
    "carry_out",
    "Update",
    "Outcome",
    "STEPS",
    "run_step",
    "StepFailed",
]
