from hypothesis import given
from hypothesis import strategies as st

from modules.console.domain.map_layout import BOX_HEIGHT, BOX_WIDTH, lay_out
from modules.console.domain.relations import Relation, RelationKind

MODULES = ("a", "b", "c", "d", "e")


def calls(source: str, target: str) -> Relation:
    return Relation(kind=RelationKind.CALLS, source=source, target=target, names=("X",))


class TestMapLayout:
    def test_puts_dependents_above_what_they_depend_on(self) -> None:
        drawn = lay_out(("a", "b", "c"), (calls("c", "b"), calls("b", "a")))
        heights = {box.module: box.y for box in drawn.boxes}
        assert heights["c"] < heights["b"] < heights["a"]

    def test_lets_an_event_rise_from_its_publisher_to_its_hearer(self) -> None:
        heard = Relation(kind=RelationKind.EVENTS, source="a", target="b", names=("happened",))
        drawn = lay_out(("a", "b"), (heard,))
        heights = {box.module: box.y for box in drawn.boxes}
        (line,) = drawn.lines
        assert heights["b"] < heights["a"]
        assert float(line.path.split()[1].partition("C")[0]) == heights["a"]

    def test_draws_nothing_of_nothing(self) -> None:
        assert lay_out((), ()).lines == ()

    @given(st.sets(st.tuples(st.sampled_from(MODULES), st.sampled_from(MODULES))))
    def test_draws_any_system_inside_its_frame_without_overlap(
        self, pairs: set[tuple[str, str]]
    ) -> None:
        found = [calls(source, target) for source, target in sorted(pairs) if source != target]
        drawn = lay_out(MODULES, found)
        assert len(drawn.lines) == len(found)
        for box in drawn.boxes:
            assert 0 <= box.x <= drawn.width - BOX_WIDTH
            assert 0 <= box.y <= drawn.height - BOX_HEIGHT
            for other in drawn.boxes:
                apart = abs(box.x - other.x) >= BOX_WIDTH or abs(box.y - other.y) >= BOX_HEIGHT
                assert apart or other is box
