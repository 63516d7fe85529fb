"""Calls between modules as this process sees them: where modules run, and how calls fare."""

from dataclasses import dataclass

from django.conf import settings

from modules.kernel import interfaces, resilience
from modules.kernel.placements import Fenced, Moved

_EVENTS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """This is where a module runs; `url` is empty for one that runs here."""

    module: str
    binding: str
    url: str
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """This is something that happened to calls, so many seconds ago."""

    seconds_ago: int
    happened: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """This is how calls of one module to an interface fare.

    Attributes:
        name: ``caller->module.Interface``.
        state: the breaker's; empty where the policy has none.
        judged: how many calls its rates are made of; rates are in percent.
        under_way: calls inside the bulkhead; None where there is none.
        events: newest first.
    """

    name: str
    state: str
    judged: int
    failure_percent: int
    slow_percent: int
    under_way: int | None
    at_most: int | None
    events: tuple[Event, ...]

    @property
    def is_well(self) -> bool:
        return self.state in ("", resilience.State.CLOSED, resilience.State.FORCED_CLOSED)


def places() -> tuple[Place, ...]:
    """This gives where each module runs."""
    return tuple(_place(module) for module in settings.QUARRY_ALL_MODULES)


def calls() -> tuple[Calls, ...]:
    """This gives the calls that this process has made, by name."""
    return tuple(_told(pipeline) for pipeline in resilience.pipelines())


def _place(module: str) -> Place:
    try:
        with interfaces.within(0):  # An operator wants to see that it is being moved, and now.
            found = interfaces.location_of(module)
    except Fenced as fenced:
        return Place(module=module, binding="being moved", url="", epoch=fenced.epoch)
    except Moved as moved:
        return Place(module=module, binding="in standby", url="", epoch=moved.epoch)
    return Place(module=module, binding=found.binding, url=found.url, epoch=found.epoch)


def _told(pipeline: resilience.Pipeline) -> Calls:
    breaker, bulkhead, now = pipeline.breaker, pipeline.bulkhead, pipeline.clock()
    window = breaker.window() if breaker else None
    return Calls(
        name=pipeline.name,
        state=breaker.state if breaker else "",
        judged=window.calls if window else 0,
        failure_percent=round(window.failure_rate * 100) if window else 0,
        slow_percent=round(window.slow_call_rate * 100) if window else 0,
        under_way=bulkhead.under_way if bulkhead else None,
        at_most=bulkhead.policy.concurrent if bulkhead else None,
        events=tuple(
            Event(
                seconds_ago=round(now - event.at),
                happened=event.happened.value,
                detail=event.detail,
            )
            for event in pipeline.journal.events()[::-1][:_EVENTS_SHOWN]
        ),
    )
