"""The decision, tried in many orders: a saga ends, and leaves nothing half-done."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from modules.kernel.sagas.decide import can_cancel, decide
from modules.kernel.sagas.state import (
    CancelRequested,
    Do,
    Effect,
    Happening,
    Refused,
    SagaState,
    SagaStatus,
    Started,
    StepStatus,
    Succeeded,
    TimedOut,
    Undo,
    UndoSucceeded,
)
from modules.kernel.sagas.tests.trip import Trip

DEFINITION = Trip.definition


@dataclass
class World:
    """This is what the steps' doers hold: which effects stand, and what is on its way."""

    state: SagaState = field(default_factory=SagaState)
    standing: set[str] = field(default_factory=set)
    refused_for_good: set[str] = field(default_factory=set)
    on_its_way: list[Happening] = field(default_factory=list)
    timers: list[TimedOut] = field(default_factory=list)

    def happen(self, happened: Happening, refuse: bool) -> None:
        self.state, effects = decide(DEFINITION, self.state, happened)
        for effect in effects:
            self.carry_out(effect, refuse)

    def carry_out(self, effect: Effect, refuse: bool) -> None:
        """A doer is idempotent, and refuses an action whose undo came first."""
        match effect:
            case Do(step=name, attempt=attempt):
                step = DEFINITION.step(name)
                self.timers.append(TimedOut(step=name, undo=False, attempt=attempt))
                if name in self.refused_for_good or (refuse and not step.retriable):
                    self.on_its_way.append(Refused(step=name, code="no", detail=""))
                else:
                    self.standing.add(name)
                    self.on_its_way.append(Succeeded(step=name))
            case Undo(step=name, attempt=attempt):
                self.timers.append(TimedOut(step=name, undo=True, attempt=attempt))
                self.standing.discard(name)
                self.refused_for_good.add(name)
                self.on_its_way.append(UndoSucceeded(step=name))


ENDS = (SagaStatus.COMPLETED, SagaStatus.COMPENSATED, SagaStatus.STUCK)


class TestDecide:
    def test_goes_through_all_steps_in_order(self) -> None:
        world = World()
        world.happen(Started(input={"trip": "t"}), refuse=False)
        done = []
        while world.on_its_way:
            answer = world.on_its_way.pop(0)
            assert isinstance(answer, Succeeded)
            done.append(answer.step)
            world.happen(answer, refuse=False)
        assert done == ["note", "price", "room", "pay", "key", "close"]
        assert world.state.status is SagaStatus.COMPLETED

    def test_undoes_what_was_done_in_reverse_when_a_step_is_refused(self) -> None:
        world = World()
        world.happen(Started(input={}), refuse=False)
        for _ in range(3):
            world.happen(world.on_its_way.pop(0), refuse=False)
        world.on_its_way.clear()
        world.happen(Refused(step="pay", code="not-paid", detail="no money"), refuse=False)
        undone = []
        while world.on_its_way:
            answer = world.on_its_way.pop(0)
            assert isinstance(answer, UndoSucceeded)
            undone.append(answer.step)
            world.happen(answer, refuse=False)
        assert undone == ["room", "note"]
        assert world.state.status is SagaStatus.COMPENSATED
        assert world.state.failure is not None
        assert world.state.failure.code == "not-paid"

    def test_undoes_a_step_in_doubt_and_never_advances_on_its_late_success(self) -> None:
        state, _ = decide(DEFINITION, SagaState(), Started(input={}))
        state, _ = decide(DEFINITION, state, Succeeded(step="note"))
        state, _ = decide(DEFINITION, state, Succeeded(step="price"))
        state, effects = decide(DEFINITION, state, TimedOut(step="room", undo=False, attempt=1))
        assert effects == (Undo(step="room", attempt=1),)
        state, effects = decide(DEFINITION, state, Succeeded(step="room"))
        assert effects == ()
        assert state.of("room").late_success
        assert state.of("room").status is StepStatus.UNDOING

    def test_asks_again_for_a_step_past_the_pivot_that_is_not_answered(self) -> None:
        state, _ = decide(DEFINITION, SagaState(), Started(input={}))
        for name in ("note", "price", "room", "pay"):
            state, _ = decide(DEFINITION, state, Succeeded(step=name))
        state, effects = decide(DEFINITION, state, TimedOut(step="key", undo=False, attempt=1))
        assert effects == (Do(step="key", attempt=2),)
        assert not can_cancel(DEFINITION, state)

    def test_remembers_a_cancellation_that_comes_first(self) -> None:
        state, effects = decide(DEFINITION, SagaState(), CancelRequested())
        assert effects == ()
        state, effects = decide(DEFINITION, state, Started(input={}))
        assert effects == (Undo(step="note", attempt=1),)

    @given(st.data())
    def test_ends_with_all_or_nothing_in_any_order_of_things(self, data: st.DataObject) -> None:
        world = World()
        world.happen(Started(input={}), refuse=False)
        for _ in range(60):
            if world.state.status in ENDS:
                break
            choices = ["answer"] * 4 if world.on_its_way else []
            choices += ["duplicate"] if world.on_its_way else []
            choices += ["timeout"] if world.timers else []
            choices += ["cancel"]
            match data.draw(st.sampled_from(choices)):
                case "answer":
                    index = data.draw(st.integers(0, len(world.on_its_way) - 1))
                    world.happen(world.on_its_way.pop(index), refuse=data.draw(st.booleans()))
                case "duplicate":
                    world.happen(world.on_its_way[0], refuse=False)
                case "timeout":
                    index = data.draw(st.integers(0, len(world.timers) - 1))
                    world.happen(world.timers.pop(index), refuse=False)
                case "cancel":
                    world.happen(CancelRequested(), refuse=False)
        while world.state.status not in ENDS:
            assert world.on_its_way, "the saga waits for something that nobody will send"
            world.happen(world.on_its_way.pop(0), refuse=False)
        if world.state.status is SagaStatus.COMPLETED:
            assert world.standing == {step.name for step in DEFINITION.steps}
        elif world.state.status is SagaStatus.COMPENSATED:
            assert world.standing & {"note", "room", "pay"} == set()
