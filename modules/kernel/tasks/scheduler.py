"""The scheduler `celery beat` is told to use: its schedule is what the modules declare."""

from celery.beat import Scheduler

from modules.kernel.tasks.periodic import periodic_tasks


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
