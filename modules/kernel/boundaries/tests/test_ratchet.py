"""The ratchet turns one way."""

from pathlib import Path

import pytest

from modules.kernel.boundaries.finding import Finding
from modules.kernel.boundaries.ratchet import RatchetTurnedBack, judge, known_edges, tighten


def finding(importer: str, imported: str, *, line: int = 1) -> Finding:
    return Finding(rule="import", importer=importer, imported=imported, detail="no", line=line)


A_TO_B = finding("modules.a.views", "modules.b.models")
A_TO_C = finding("modules.a.views", "modules.c.models")


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    """This is a baseline that knows one edge, from a to b."""
    path = tmp_path / "boundaries.baseline"
    tighten(path, [A_TO_B])
    return path


class TestJudge:
    def test_passes_what_is_known(self, baseline: Path) -> None:
        verdict = judge([A_TO_B], known=known_edges(baseline))

        assert verdict.kept
        assert verdict.known == (A_TO_B,)

    def test_knows_an_edge_wherever_it_moves_in_its_file(self, baseline: Path) -> None:
        moved = finding("modules.a.views", "modules.b.models", line=99)

        assert judge([moved], known=known_edges(baseline)).kept

    def test_refuses_a_new_edge(self, baseline: Path) -> None:
        verdict = judge([A_TO_B, A_TO_C], known=known_edges(baseline))

        assert not verdict.kept
        assert verdict.new == (A_TO_C,)

    def test_refuses_one_edge_swapped_for_another(self, baseline: Path) -> None:
        """The count stays the same; the edges do not."""
        verdict = judge([A_TO_C], known=known_edges(baseline))

        assert not verdict.kept
        assert verdict.new == (A_TO_C,)
        assert verdict.stale == (A_TO_B.edge,)

    def test_refuses_a_repaired_edge_that_is_still_listed(self, baseline: Path) -> None:
        verdict = judge([], known=known_edges(baseline))

        assert not verdict.kept
        assert verdict.stale == ("import: modules.a.views -> modules.b.models",)


class TestTighten:
    def test_takes_in_everything_the_first_time(self, tmp_path: Path) -> None:
        path = tmp_path / "new.baseline"
        tighten(path, [A_TO_C, A_TO_B])

        assert path.read_text().splitlines()[2:] == [A_TO_B.edge, A_TO_C.edge]

    def test_takes_out_what_is_repaired(self, tmp_path: Path) -> None:
        path = tmp_path / "two.baseline"
        tighten(path, [A_TO_B, A_TO_C])
        tighten(path, [A_TO_C])

        assert known_edges(path) == {A_TO_C.edge}

    def test_takes_in_nothing_later(self, baseline: Path) -> None:
        before = baseline.read_text()

        with pytest.raises(RatchetTurnedBack, match=r"may only shrink; .*a.views -> modules.c"):
            tighten(baseline, [A_TO_C])
        assert baseline.read_text() == before

    def test_removes_the_file_with_its_last_edge(self, baseline: Path) -> None:
        tighten(baseline, [])

        assert not baseline.exists()

    def test_takes_no_file_for_an_empty_baseline(self, tmp_path: Path) -> None:
        assert known_edges(tmp_path / "none.baseline") == frozenset()
