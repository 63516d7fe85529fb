"""Pictures say what the definition says."""

from xml.etree import ElementTree

from modules.kernel.sagas import Definition, StepStatus, drawing
from modules.kernel.sagas.state import SagaState, StepState
from modules.kernel.sagas.tests.tour import Tour
from modules.kernel.sagas.tests.trip import Trip

SVG = "{http://www.w3.org/2000/svg}"


def boxes(definition: Definition, state: SagaState | None = None) -> list[list[str]]:
    root = ElementTree.fromstring(drawing.svg(definition, state))
    groups = root.iter(f"{SVG}g")
    return [["".join(text.itertext()) for text in group.iter(f"{SVG}text")] for group in groups]


class TestMermaid:
    def test_leads_from_each_step_to_those_that_wait_for_it_and_to_its_undo(self) -> None:
        lines = drawing.mermaid(Tour.definition).splitlines()
        assert lines[0] == "flowchart LR"
        assert '    key{{"key<br/>rooms.send_key"}}' in lines
        assert {"    room --> key", "    pay --> key"} <= set(lines)
        assert '    room -.-> room_undo(["rooms.cancel_room"])' in lines


class TestSvg:
    def test_has_a_box_for_each_step_with_its_undo(self) -> None:
        assert boxes(Trip.definition)[2:4] == [
            ["room", "rooms.book_room", "↩ rooms.cancel_room"],
            ["pay · pivot", "money.pay", "↩ money.unpay"],
        ]

    def test_shows_where_an_instance_is(self) -> None:
        state = SagaState(steps={"note": StepState(status=StepStatus.DONE)})
        assert boxes(Trip.definition, state)[0][0] == "note (done)"
        assert 'class="saga-step saga-step-done"' in drawing.svg(Trip.definition, state)

    def test_puts_steps_that_run_side_by_side_below_each_other(self) -> None:
        root = ElementTree.fromstring(drawing.svg(Tour.definition))
        places = [group.get("transform") for group in root.iter(f"{SVG}g")]
        assert len(set(places)) == len(Tour.definition.steps), "no box hides another"
        columns = [place.split()[0] for place in places if place]
        room, pay = (
            [step.name for step in Tour.definition.steps].index(name) for name in ("room", "pay")
        )
        assert columns[room] == columns[pay]
