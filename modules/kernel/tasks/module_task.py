"""Tasks of modules that may move: run where their module is, and left out anywhere else."""

from typing import Any

import structlog
from celery import Task

from modules.kernel.placements import is_in_charge
from modules.kernel.tasks.routing import module_of_task

_logger = structlog.get_logger("quarry.tasks")


class ModuleTask(Task):  # type: ignore[type-arg]  # of its arguments, any
    """This is a task that does nothing where its module is not in charge.

    A task may be lost: the periodic ones look for what was left behind, wherever that is by then.
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not is_in_charge(module_of_task(self.name, kwargs)):
            _logger.info("task_left_out", task=self.name)
            return None
        return self.run(*args, **kwargs)
