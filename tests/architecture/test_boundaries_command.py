"""``manage.py boundaries check`` sees every violation that is no import, over the real system.

All plants are made in one copy of the repository and reported once, as JSON; each is looked
for by its edge.
"""

import json
import subprocess
from pathlib import Path

import pytest

from tests.architecture.planting import ROOT, copy_of_the_repository, plant, run
from tests.architecture.violations import VIOLATIONS

SYSTEM_CHECKS = [f"quarry.E{number:03}" for number in range(1, 14)]

RAW_SQL = """
from django.db import connection

def planted_raw():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ordering_plantedorder")

def planted_query_set(orders):
    return list(orders)
"""

CALL_RAW_SQL = """
import django
django.setup()
from modules.catalog import queries
from modules.ordering.models import PlantedOrder
from modules.kernel.boundaries.query_guard import ForeignTable
for act in (queries.planted_raw, lambda: queries.planted_query_set(PlantedOrder.objects.all())):
    try:
        act()
    except ForeignTable as refusal:
        print(refusal)
"""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This is a copy of the repository with all plants in it."""
    root = copy_of_the_repository(tmp_path_factory.mktemp("planted"))
    for violation in VIOLATIONS.values():
        plant(root, violation.path, violation.code)
    plant(root, "config/settings/base.py", 'INSTALLED_APPS.append("modules.loyalty")')
    plant(root, "modules/catalog/queries.py", RAW_SQL)
    plant(root, "modules/payments/templates/planted/other.html", "<p>Of payments</p>")
    return root


@pytest.fixture(scope="module")
def report(planted: Path) -> subprocess.CompletedProcess[str]:
    """This is the report of the copy, as JSON."""
    return run(planted, "manage.py", "boundaries", "check", "--json")


@pytest.fixture(scope="module")
def system_check(planted: Path) -> str:
    """This is what ``manage.py check`` says of the copy."""
    checked = run(planted, "manage.py", "check")
    assert checked.returncode == 1
    return checked.stderr


class TestBoundariesCheck:
    def test_passes_the_repository(self) -> None:
        checked = run(ROOT, "manage.py", "boundaries", "check")

        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert checked.stdout.splitlines() == [
            "kept    Imports",
            "kept    Models, tables and reflection",
            "kept    Banned names",
            "kept    Manifests",
            "kept    Calls",
            "0 new, 0 known, 0 stale",
        ]

    @pytest.mark.parametrize("violation", VIOLATIONS)
    def test_refuses(self, report: subprocess.CompletedProcess[str], violation: str) -> None:
        edges = {finding["edge"] for finding in json.loads(report.stdout)["findings"]}

        assert VIOLATIONS[violation].refusal in edges

    def test_fails(self, report: subprocess.CompletedProcess[str]) -> None:
        assert report.returncode == 1
        assert json.loads(report.stdout)["ok"] is False

    def test_says_what_to_do(self, report: subprocess.CompletedProcess[str]) -> None:
        by_edge = {f["edge"]: f for f in json.loads(report.stdout)["findings"]}
        found = by_edge["foreign-key: modules.catalog.models -> ordering.PlantedOrder"]

        assert found["detail"] == (
            "PlantedPrice.order is a ForeignKey to ordering.PlantedOrder, a model of ordering; "
            "keep its key in a plain field and ask the owner, or keep a copy from its events"
        )


class TestSystemChecks:
    @pytest.mark.parametrize("identifier", SYSTEM_CHECKS)
    def test_refuse_by(self, system_check: str, identifier: str) -> None:
        assert f"({identifier})" in system_check


class TestQueryGuard:
    def test_refuses_raw_sql_and_a_query_set_handed_over(self, planted: Path) -> None:
        called = run(planted, "-c", CALL_RAW_SQL)
        source = (planted / "modules/catalog/queries.py").read_text().splitlines()
        lines = [
            source.index('        cursor.execute("SELECT id FROM ordering_plantedorder")') + 1,
            source.index("    return list(orders)") + 1,
        ]

        assert called.stdout.splitlines() == [
            f"modules/catalog/queries.py:{line}: catalog touches ordering_plantedorder, a table "
            "of ordering; ask the published interface of ordering, or keep a copy from its events"
            for line in lines
        ], called.stderr


class TestBaseline:
    def test_lets_known_violations_be_and_refuses_a_swap(
        self, planted: Path, report: subprocess.CompletedProcess[str], tmp_path: Path
    ) -> None:
        edges = [finding["edge"] for finding in json.loads(report.stdout)["findings"]]
        known = "\n".join(edges)
        assert known.count("console.use_cases -> modules.ordering.models") == 1
        baseline = tmp_path / "boundaries.baseline"
        baseline.write_text(known.replace("console.use_cases -> modules.ordering", "a -> modules"))

        swapped = run(planted, "manage.py", "boundaries", "check", "--baseline", str(baseline))

        assert swapped.returncode == 1
        lines = swapped.stdout.splitlines()
        assert "        import: modules.console.use_cases -> modules.ordering.models" in lines
        assert "stale   import: modules.a -> modules.models" in lines
        assert lines[-1] == f"1 new, {len(edges) - 1} known, 1 stale"
