"""What a new form of a definition means for the instances of an old one. Pure.

An instance ends under the definition it began with, whatever this says: it tells an operator,
before a release or after it, which instances would notice.
"""

from dataclasses import dataclass
from enum import StrEnum

from modules.kernel.sagas.definition import Definition, Step
from modules.kernel.sagas.state import SagaState, SagaStatus, StepStatus


class Standing(StrEnum):
    """This tells what an instance of the old form has to do with the new one.

    ``SAFE``: what it still has to do is the same in both. ``MIGRATABLE``: what it has done is
    the same in both, so it could go on under the new form. ``PINNED``: only the old form
    knows how it ends.
    """

    SAFE = "safe"
    MIGRATABLE = "migratable"
    PINNED = "pinned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """This is one step that differs; `fields` are those of a step that is in both."""

    step: str
    kind: str
    fields: tuple[str, ...] = ()


def changes(old: Definition, new: Definition) -> tuple[Change, ...]:
    """This gives the steps that were added, removed or changed, in the order of the new form."""
    before = {step.name: step for step in old.steps}
    after = {step.name: step for step in new.steps}
    found = [Change(step=name, kind="removed") for name in before if name not in after]
    for name, step in after.items():
        if name not in before:
            found.append(Change(step=name, kind="added"))
        elif step != before[name]:
            found.append(Change(step=name, kind="changed", fields=_differing(before[name], step)))
    return tuple(found)


def standing(old: Definition, new: Definition, state: SagaState) -> Standing:
    """This tells where an instance of the old form stands towards the new one."""
    after = {step.name: step for step in new.steps}
    begun = {step.name for step in old.steps if state.of(step.name).status != StepStatus.PENDING}
    same = all(after.get(name) == old.step(name) for name in begun)
    if state.status is not SagaStatus.RUNNING:
        # It turns back: all that counts is what has been done.
        return Standing.SAFE if same else Standing.PINNED
    in_order = same and all(new.before(name) <= begun for name in begun)
    if not in_order:
        return Standing.PINNED
    ahead = {step.name: step for step in old.steps if step.name not in begun}
    ahead_in_new = {step.name: step for step in new.steps if step.name not in begun}
    return Standing.SAFE if ahead == ahead_in_new else Standing.MIGRATABLE


def _differing(old: Step, new: Step) -> tuple[str, ...]:
    return tuple(
        name for name in Step.__dataclass_fields__ if getattr(old, name) != getattr(new, name)
    )
