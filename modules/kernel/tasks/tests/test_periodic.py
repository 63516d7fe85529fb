"""The schedule is what the modules' ``tasks.py`` declare."""

import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery, current_app
from celery.schedules import schedule
from django.conf import settings

from modules.kernel.tasks import Periodic, periodic, periodic_tasks, task_packages
from modules.kernel.tasks.scheduler import ModuleScheduler

SWEEP = Periodic(task="errands.sweep", every=timedelta(seconds=5))


@pytest.fixture
def declare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This is the ``tasks.py`` of a package that is the only one there is."""
    package = tmp_path / "errands"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "errands", raising=False)
    monkeypatch.delitem(sys.modules, "errands.tasks", raising=False)
    monkeypatch.setattr(periodic, "task_packages", lambda: ["errands"])
    return package / "tasks.py"


class TestPeriodicTasks:
    def test_are_those_that_the_packages_declare(self, declare: Path) -> None:
        declare.write_text(
            "from datetime import timedelta\n"
            "from modules.kernel.tasks import Periodic\n"
            "PERIODIC = (Periodic(task='errands.sweep', every=timedelta(seconds=5)),)\n"
        )
        assert periodic_tasks() == (SWEEP,)

    def test_are_none_where_a_package_has_no_tasks(self, declare: Path) -> None:
        assert periodic_tasks() == ()

    def test_must_be_declared_as_such(self, declare: Path) -> None:
        declare.write_text("PERIODIC = ('errands.sweep',)\n")
        with pytest.raises(TypeError, match=r"errands\.tasks: PERIODIC has 'errands\.sweep'"):
            periodic_tasks()


class TestModuleScheduler:
    def test_has_them_beside_those_of_the_settings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("modules.kernel.tasks.scheduler.periodic_tasks", lambda: (SWEEP,))
        app = Celery("schedule-test", broker="memory://", set_as_current=False)
        app.conf.beat_schedule = {"mine": {"task": "settings.mine", "schedule": 60.0}}
        entries = ModuleScheduler(app=app).get_schedule()
        assert {name: (entry.task, entry.schedule) for name, entry in entries.items()} == {
            "errands.sweep": ("errands.sweep", schedule(timedelta(seconds=5))),
            "mine": ("settings.mine", schedule(timedelta(seconds=60))),
        }


class TestTheApplication:
    def test_is_the_current_one_in_every_thread(self) -> None:
        names: list[str] = []
        thread = threading.Thread(target=lambda: names.append(current_app.main))
        thread.start()
        thread.join(timeout=10)
        assert names == ["quarry"]

    def test_looks_for_tasks_in_every_installed_module(self) -> None:
        of_modules = {f"modules.{module}" for module in settings.QUARRY_MODULES}
        assert {"modules.kernel.messaging", *of_modules} <= set(task_packages())
