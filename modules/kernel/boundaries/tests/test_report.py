"""The report says what is broken where, what is known, and what is repaired."""

from io import StringIO
from textwrap import dedent

from rich.console import Console

from modules.kernel.boundaries.finding import Finding
from modules.kernel.boundaries.report import Section, as_json, print_report

NEW = Finding(
    rule="import",
    importer="modules.a.views",
    imported="modules.b.models",
    detail="imports modules.b.models: a rule [of the house]",
    line=7,
)
KNOWN = Finding(rule="table-prefix", importer="modules.a.models", imported="things", detail="no")
REPAIRED = "signal: modules.a.use_cases -> django.dispatch"

PARTS = (
    Section(title="Imports", findings=(NEW,)),
    Section(title="Models", findings=(KNOWN,)),
)
BASELINE = frozenset({KNOWN.edge, REPAIRED})


class TestPrintReport:
    def test_shows_new_and_stale_edges_and_keeps_quiet_of_known_ones(self) -> None:
        shown = StringIO()

        verdict = print_report(
            PARTS, known=BASELINE, console=Console(file=shown, soft_wrap=True, width=200)
        )

        assert not verdict.kept
        assert shown.getvalue() == dedent(
            """\
            broken  Imports
                    modules.a.views:7 imports modules.b.models: a rule [of the house]
                    import: modules.a.views -> modules.b.models
            kept    Models
            stale   signal: modules.a.use_cases -> django.dispatch
                    is repaired: take it out of the baseline with --update-baseline
            1 new, 1 known, 1 stale
            """
        )


class TestAsJson:
    def test_marks_known_findings(self) -> None:
        report = as_json(PARTS, known=BASELINE)

        assert report["ok"] is False
        assert [(found["edge"], found["known"]) for found in report["findings"]] == [
            (NEW.edge, False),
            (KNOWN.edge, True),
        ]
        assert report["stale"] == [REPAIRED]

    def test_is_well_where_nothing_is_new_or_stale(self) -> None:
        report = as_json(PARTS, known=frozenset({NEW.edge, KNOWN.edge}))

        assert report["ok"] is True
