"""Tasks of a module that moves: run where it is, and neither sent nor run anywhere else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from celery import Celery
from django.db import DatabaseError

from modules.kernel import placements
from modules.kernel.placements import State, StoredPlacements, place, reading
from modules.kernel.tasks import Periodic, scheduler
from modules.kernel.tasks.scheduler import ModuleScheduler

pytestmark = pytest.mark.django_db

URL = "http://127.0.0.1:9"


@pytest.fixture
def process() -> Iterator[StoredPlacements]:
    process = StoredPlacements()
    before = placements.use(process)
    yield process
    placements.use(before)


@pytest.fixture
def app() -> Iterator[Celery]:
    app = Celery(
        "moving-test",
        broker="memory://",
        set_as_current=False,
        task_cls="modules.kernel.tasks.module_task:ModuleTask",
    )
    yield app
    app.close()


def test_a_task_is_left_out_where_its_module_is_not(app: Celery, process: StoredPlacements) -> None:
    ran: list[int] = []

    @app.task(name="library.lend")
    def lend(number: int) -> int:
        ran.append(number)
        return number

    assert lend.apply((1,)).get() == 1
    place("library", state=State.ELSEWHERE, epoch=1, url=URL)
    process.refresh()
    assert lend.apply((2,)).get() is None
    place("library", state=State.HERE, epoch=2)
    process.refresh()
    lend.apply((3,))
    assert ran == [1, 3]


def test_a_task_belongs_to_the_module_that_it_is_told_of(
    app: Celery, process: StoredPlacements
) -> None:
    ran: list[str] = []

    @app.task(name="kernel.deliver")
    def deliver(*, module: str) -> None:
        ran.append(module)

    place("library", state=State.FENCED, epoch=1)
    process.refresh()
    for module in ("library", "cafe"):
        deliver.apply(kwargs={"module": module})
    assert ran == ["cafe"]


def test_beat_sends_what_is_due_of_modules_here_only(
    app: Celery, process: StoredPlacements, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(
        scheduler,
        "periodic_tasks",
        lambda: tuple(
            Periodic(task=f"{name}.sweep", every=timedelta(0)) for name in ("library", "cafe")
        ),
    )
    monkeypatch.setattr(
        ModuleScheduler, "apply_async", lambda self, entry, **_: sent.append(entry.task)
    )
    beat = ModuleScheduler(app=app)
    entries = sorted(beat.schedule.values(), key=lambda entry: str(entry.task))
    place("library", state=State.STANDBY, epoch=1)
    process.refresh()
    for entry in entries:
        beat.apply_entry(entry)
    assert sent == ["cafe.sweep"]


def test_beat_lives_on_where_placements_cannot_be_read(
    app: Celery, process: StoredPlacements, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(using: str) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(reading, "read_placements", away)
    every = Periodic(task="library.sweep", every=timedelta(0))
    monkeypatch.setattr(scheduler, "periodic_tasks", lambda: (every,))
    beat = ModuleScheduler(app=app)
    for entry in beat.schedule.values():
        beat.apply_entry(entry)
