"""One saga, as its page shows it."""

import json
from dataclasses import dataclass

from modules.console.queries.orders import is_order
from modules.kernel.sagas import drawing, queries
from modules.kernel.sagas.operations import NotStuck
from modules.kernel.sagas.queries import Obstacle, SagaSeen, StepMessage, StepSeen
from modules.kernel.sagas.state import StepStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class SagaPage:
    """This is one saga with its steps and messages.

    Attributes:
        input: what started it, as indented JSON.
        picture: its definition with where it is, as SVG.
        outs: the answers of its steps by name, as indented JSON.
        of_order: it carries out an order.
        obstacles: messages set aside that its steps wait behind.
        can_cancel: its pivot has not been asked for.
    """

    saga: SagaSeen
    steps: tuple[StepSeen, ...]
    messages: tuple[StepMessage, ...]
    input: str
    picture: str
    outs: str
    of_order: bool
    obstacles: tuple[Obstacle, ...]
    can_cancel: bool


def saga_page(*, saga: str, instance_id: str) -> SagaPage:
    """This gives one saga. Raises: UnknownInstance."""
    seen = queries.saga(saga=saga, instance_id=instance_id)
    return SagaPage(
        saga=seen,
        steps=queries.steps_of(seen),
        messages=queries.messages_of(seen),
        input=_indented(seen.state.input),
        picture=drawing.svg(queries.definition_of(seen), seen.state),
        outs=_indented({name: out for name, out in seen.state.outs.items() if out}),
        of_order=is_order(seen.instance_id),
        obstacles=queries.obstacles_of(seen),
        can_cancel=queries.can_be_cancelled(seen),
    )


def step_of(page: SagaPage, name: str) -> StepSeen:
    """This gives a stuck step of the saga. Raises: NotStuck."""
    for one in page.steps:
        if one.step.name == name and one.now.status is StepStatus.STUCK:
            return one
    raise NotStuck(f"{name} of {page.saga.saga} {page.saga.instance_id} is not stuck")


def _indented(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
