"""The scheduler `celery beat` is told to use: its schedule is what the modules declare."""

import structlog
from celery.beat import ScheduleEntry, Scheduler
from kombu import Producer

from modules.kernel.placements import PlacesUnknown, is_in_charge
from modules.kernel.tasks.periodic import periodic_tasks
from modules.kernel.tasks.routing import module_of_task

_logger = structlog.get_logger("quarry.tasks")


class ModuleScheduler(Scheduler):
    """This starts the modules' periodic tasks, and what ``CELERY_BEAT_SCHEDULE`` adds.

    It keeps the times of the last starts in memory: after a restart each task waits one
    period. Celery's default writes them to a file, which a container loses anyway and two
    processes in one folder fight over.
    """

    def setup_schedule(self) -> None:
        # Celery's own default entry is left out: it clears away results, and none are kept.
        self.update_from_dict(
            {
                periodic.task: {"task": periodic.task, "schedule": periodic.every}
                for periodic in periodic_tasks()
            }
        )
        self.merge_inplace({**self.schedule, **self.app.conf.beat_schedule})

    def apply_entry(self, entry: ScheduleEntry, producer: Producer | None = None) -> None:
        """This sends a task that is due, if its module is in charge here."""
        try:
            is_ours = is_in_charge(module_of_task(str(entry.task), entry.kwargs or {}))
        except PlacesUnknown as error:
            _logger.warning("task_left_out", task=entry.task, error=error.detail)
            return
        if is_ours:
            super().apply_entry(entry, producer=producer)
