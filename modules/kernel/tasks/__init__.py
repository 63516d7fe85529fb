"""Background tasks: what Celery does for the modules.

A module's ``tasks.py`` has its tasks (`@shared_task`) and, under the name ``PERIODIC``,
which of them are run again and again. In production `celery worker` and `celery beat` run
them; with the embedded driver `TaskThreads` does, inside the web process.

A task carries work that may be late or lost: whatever must not be lost is a row or a
message of the log, and a periodic task looks for what was left behind.
"""

from modules.kernel.tasks.periodic import Periodic, periodic_tasks, task_packages

__all__ = ["Periodic", "periodic_tasks", "task_packages"]
