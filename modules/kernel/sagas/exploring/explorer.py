"""The crash explorer: a saga under every schedule of faults, until one breaks its promises.

    def test_survives_every_crash(saga_explorer: Explorer) -> None:
        saga_explorer.explore(CheckoutOfOneOrder())

First every single fault at every boundary of a run without any, then seeded pairs. The
schedule that breaks something is made as short as it can be, and told.

Source: the boundaries (each send, commit and acknowledgement) are those of P. Alvaro et al.,
"Lineage-driven Fault Injection" (2015).
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from modules.kernel.sagas.definition import Definition
from modules.kernel.sagas.exploring.run import NoEnd, Run
from modules.kernel.sagas.exploring.schedule import UNRELIABLE, Boundary, Fault, Schedule
from modules.kernel.sagas.queries import saga as find_saga
from modules.kernel.sagas.state import ENDS


class Scenario(Protocol):
    """This is what an explorer needs to know of a saga, orchestrated or choreographed."""

    @property
    def messages(self) -> Mapping[str, tuple[Fault, ...]]:
        """These are, by wire name, the faults that a message must bear.

        What is not named bears those of a log that keeps the order of a key. `messages_of`
        gives them for a saga with a definition.
        """

    def prepare(self) -> None:
        """This makes the data of the next instance, apart from all others; no fault meets it."""

    def begin(self) -> str:
        """This starts the instance and gives its id."""

    def check(self, instance_id: str) -> None:
        """This raises an `AssertionError` unless the instance has ended, and ended well."""


class Violation(AssertionError):
    """This tells the shortest schedule that was found to break a promise, and which.

    Attributes:
        schedule: the faults, by number of the delivery.
    """

    def __init__(self, schedule: Schedule, boundaries: list[Boundary], broken: str) -> None:
        self.schedule = schedule
        faults = [
            f"  {boundaries[number]}: {fault}" if number < len(boundaries) else f"  {number}"
            for number, fault in schedule.faults
        ]
        super().__init__("\n".join([broken, "under:", *(faults or ["  no fault at all"])]))


@dataclass(slots=True)
class Report:
    """This is what an exploration has tried.

    Attributes:
        faults: how often each was made.
    """

    schedules: int = 0
    deliveries: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        made = ", ".join(f"{count} {fault}" for fault, count in sorted(self.faults.items()))
        return f"{self.schedules} schedules, {self.deliveries} deliveries; {made or 'no faults'}"


@dataclass(frozen=True, slots=True)
class Explorer:
    """This explores sagas.

    Attributes:
        seed: repeats an exploration.
        schedules: how many runs it makes at the most.
        all_single: every single fault before any pair; else a sample of both.
        faults: which are made.
    """

    seed: int
    schedules: int
    all_single: bool = False
    faults: frozenset[Fault] = frozenset(Fault)

    def explore(self, scenario: Scenario) -> Report:
        """This runs the scenario under one schedule after another. Raises: Violation."""
        report = Report()
        boundaries = self._run(scenario, Schedule(), report)
        plans = self._plans(boundaries)
        for schedule in itertools.islice(plans, self.schedules - 1):
            try:
                self._run(scenario, schedule, report)
            except Violation as violation:
                raise self._shortest(scenario, violation) from violation.__cause__
        return report

    def _plans(self, boundaries: list[Boundary]) -> Iterator[Schedule]:
        chance = random.Random(self.seed)
        single = [
            (each.number, fault)
            for each in boundaries
            for fault in each.faults
            if fault in self.faults
        ]
        if self.all_single:
            yield from (Schedule((one,)) for one in single)
        while True:
            count = 2 if self.all_single else chance.choice((1, 1, 2, 3))
            chosen = chance.sample(single, min(count, len(single)))
            yield Schedule(tuple(sorted(dict(chosen).items())))

    def _run(self, scenario: Scenario, schedule: Schedule, report: Report) -> list[Boundary]:
        scenario.prepare()
        run = Run(scenario.messages, schedule)
        report.schedules += 1
        report.faults.update(fault.value for _, fault in schedule.faults)
        try:
            instance_id = scenario.begin()
            run.deliver_all()
            scenario.check(instance_id)
        except AssertionError as broken:
            cause = broken.__cause__ if isinstance(broken, NoEnd) else broken
            raise Violation(schedule, run.boundaries, str(broken)) from cause
        report.deliveries += len(run.boundaries)
        return run.boundaries

    def _shortest(self, scenario: Scenario, violation: Violation) -> Violation:
        for schedule in violation.schedule.shorter():
            try:
                self._run(scenario, schedule, Report())
            except Violation as shorter:
                return self._shortest(scenario, shorter)
        return violation


def messages_of(definition: Definition) -> dict[str, tuple[Fault, ...]]:
    """This gives what the steps of a definition speak of: it may come over any broker."""
    return {
        name: UNRELIABLE
        for step in definition.steps
        for name in (step.action, step.undo, *step.success, *step.failure, *step.undone)
    }


def check_end(definition: Definition, instance_id: str) -> None:
    """This raises an `AssertionError` unless the instance is completed or compensated."""
    seen = find_saga(saga=definition.name, instance_id=instance_id)
    steps = {name: str(step.status) for name, step in seen.state.steps.items()}
    assert seen.state.status in ENDS, (
        f"{definition.name} is {seen.state.status}, and nothing is left that could move it: {steps}"
    )
