"""`manage.py extract MODULE --check` over the whole repository, whole and with faults planted."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.planting import ROOT, copy_of_the_repository, plant, run


def check(root: Path, module: str) -> tuple[int, dict[str, Any]]:
    outcome = run(root, "manage.py", "extract", module, "--check", "--json")
    assert outcome.stdout, outcome.stderr
    return outcome.returncode, json.loads(outcome.stdout)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This is a copy of the repository with a database."""
    root = copy_of_the_repository(tmp_path_factory.mktemp("copy"))
    outcome = run(root, "manage.py", "migrate", "--verbosity", "0")
    assert outcome.returncode == 0, outcome.stderr
    return root


def test_a_module_of_the_shop_is_ready(root: Path) -> None:
    code, report = check(root, "payments")
    assert (code, report["ready"]) == (0, True)
    tables = {table["name"] for table in report["tables"]}
    assert {"payments_payment", "payments_refund"} <= tables
    assert set(report["estimated"]) == {"copy_seconds", "pause_seconds", "added_ms_a_flow"}


def test_what_an_empty_log_cannot_tell_is_not_called_nothing(root: Path) -> None:
    _, report = check(root, "payments")
    assert report["estimated"]["added_ms_a_flow"] is None
    outcome = run(root, "manage.py", "extract", "payments", "--check")
    told = "estimate: added latency unknown, since the log holds no messages of it yet\n"
    assert told in outcome.stdout


def test_a_module_that_shows_where_others_are_opens_no_transaction_of_theirs(root: Path) -> None:
    code, report = check(root, "console")
    assert [one for one in report["observations"] if one["blocks"]] == []
    assert (code, report["ready"]) == (0, True)


def test_a_module_without_tables_is_told_what_to_do_instead_of_a_move(root: Path) -> None:
    outcome = run(root, "manage.py", "extract", "gateway", "--check")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.endswith(
        "gateway is ready. It owns no tables and needs no move: run it elsewhere with "
        "QUARRY_MODULES\n"
    )
    assert "the copy takes" not in outcome.stdout


def test_what_is_in_the_way_is_named_with_its_file_and_line(root: Path) -> None:
    planted = {
        "modules/payments/planted.py": "from modules.shipping.models import Shipment",
        "modules/shipping/queries.py": 'PLANTED = "SELECT * FROM payments_payment"',
        "modules/inventory/queries.py": (
            "from modules.kernel.messaging import unit_of_work\n\n\n"
            "def planted():\n    with unit_of_work('payments'):\n        pass\n"
        ),
        "modules/payments/tests/planted.py": "from modules.ordering.queries import order",
    }
    kept = {path: (root / path).read_text() if (root / path).exists() else None for path in planted}
    try:
        for path, text in planted.items():
            plant(root, path, text)
        code, report = check(root, "payments")
    finally:
        for path, before in kept.items():
            if before is None:
                (root / path).unlink()
            else:
                (root / path).write_text(before)
    assert (code, report["ready"]) == (1, False)
    found = {
        (one["rule"], one["path"])
        for one in report["observations"]
        if one["blocks"] and one["line"] and one["advice"]
    }
    assert {
        ("import", "modules/payments/planted.py"),
        ("sql", "modules/shipping/queries.py"),
        ("transaction", "modules/inventory/queries.py"),
        ("import-in-a-test", "modules/payments/tests/planted.py"),
    } <= found


def test_a_module_that_is_not_here_is_told() -> None:
    outcome = run(ROOT, "manage.py", "extract", "refunds", "--check")
    assert outcome.returncode == 1
    assert "there is no module 'refunds' here; there are catalog, ordering" in outcome.stderr
