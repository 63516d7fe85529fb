"""``manage.py contracts check`` on a copy of the repository with its own history."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.planting import copy_of_the_repository, git, release, run

CATALOG = "modules/catalog/contracts/events.py"
PAYMENTS = "modules/payments/contracts/events.py"
ACCOUNTS = "modules/payments/contracts/account_events.py"


def replace(root: Path, path: str, old: str, new: str) -> None:
    """This edits the first occurrence in a file, and insists that there is one."""
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new, 1), encoding="utf-8")


def generate(root: Path) -> None:
    done = run(root, "manage.py", "contracts", "generate")
    assert done.returncode == 0, done.stderr


def check(root: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = run(root, "manage.py", "contracts", "check", "--json", *arguments)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This is a copy of the repository, committed on its own main."""
    root = copy_of_the_repository(tmp_path_factory.mktemp("contracts"))
    release(root)
    return root


@pytest.fixture
def copy(committed: Path) -> Path:
    """This is the copy as it was released, on a branch."""
    git(committed, "checkout", "--quiet", "--force", "-B", "work", "main")
    git(committed, "clean", "--quiet", "--force", "-d")
    return committed


class TestContractsCheck:
    def test_passes_what_was_released(self, copy: Path) -> None:
        code, report = check(copy)

        assert (code, report["ok"], report["changes"]) == (0, True, [])

    def test_refuses_a_renamed_field_and_names_who_it_breaks(self, copy: Path) -> None:
        replace(copy, CATALOG, "category: str", "section: str")
        generate(copy)
        git(copy, "commit", "--quiet", "--all", "--message=Rename")

        done = run(copy, "manage.py", "contracts", "check")

        assert done.returncode == 1
        assert "refused  catalog.product_changed v1" in done.stdout
        assert "section: it is required and is never sent" in done.stdout
        assert "breaks ordering, which has to decode the message" in done.stdout
        assert '"category": "text"' in done.stdout

    def test_refuses_what_was_changed_and_not_generated(self, copy: Path) -> None:
        replace(copy, CATALOG, "revision: int", 'revision: int\n    barcode: str = ""')

        code, report = check(copy)

        path = "modules/catalog/contracts/schemas/product_changed.v1.json"
        assert (code, report["changes"]) == (1, [])
        assert report["stale"] == [{"path": path, "why": "does not say what the code says"}]

    def test_passes_an_optional_field_once_it_is_generated(self, copy: Path) -> None:
        replace(copy, CATALOG, "revision: int", 'revision: int\n    barcode: str = ""')
        generate(copy)

        assert check(copy)[0] == 0

    def test_refuses_an_interface_that_asks_for_more(self, copy: Path) -> None:
        replace(
            copy, "modules/payments/contracts/interface.py",
            "def takings(self)", "def takings(self, *, currency: str)",
        )  # fmt: skip
        generate(copy)

        code, report = check(copy)

        assert code == 1
        (change,) = report["changes"]
        assert change["contract"] == "payments.Payments.takings.arguments"
        assert (change["path"], change["example"]) == ("currency", {})

    def test_judges_against_the_revision_that_is_named(self, copy: Path) -> None:
        replace(
            copy, PAYMENTS, "class PaymentAuthorised:", "class PaymentAuthorised:\n    bank: str"
        )
        generate(copy)
        git(copy, "commit", "--quiet", "--all", "--message=Break")

        assert check(copy, "--against", "main")[0] == 1
        # The commit's own ancestors are judged too: what was released stays released.
        assert check(copy, "--against", "HEAD")[0] == 1
        assert check(copy, "--against", "HEAD", "--mode", "NONE")[0] == 0

    @pytest.mark.parametrize(
        ("upcast", "code", "reason"),
        [
            ("", 1, "is gone and is still consumed"),
            ('{**data, "section": data["category"]}', 0, "its upcaster reads what is stored"),
            ("data", 1, "its upcaster cannot read what is stored: BadUpcast"),
            ('{"section": data["kategory"]}', 1, "cannot read what is stored: KeyError"),
        ],
        ids=["without", "right", "wrong", "raising"],
    )
    def test_lets_a_version_go_for_which_there_is_an_upcaster(
        self, copy: Path, upcast: str, code: int, reason: str
    ) -> None:
        replace(copy, CATALOG, "category: str", "section: str")
        replace(copy, CATALOG, '_changed", version=1', '_changed", version=2')
        if upcast:
            (copy / "modules/catalog/contracts/upcasters.py").write_text(
                "from typing import Any\n\nfrom modules.kernel.contracts import upcaster\n\n\n"
                '@upcaster("catalog.product_changed", version=1)\n'
                "def renamed(data: dict[str, Any]) -> dict[str, Any]:\n"
                f"    return {upcast}\n"
            )
        generate(copy)

        found, report = check(copy)

        assert found == code
        (gone,) = (one for one in report["changes"] if one["contract"].endswith("changed v1"))
        assert reason in gone["reason"]

    def test_keeps_what_streams_are_made_of_readable_and_asks_no_more(self, copy: Path) -> None:
        # Old code need not read it: nobody is sent it.
        replace(copy, ACCOUNTS, "    currency: str\n", '    currency: str = "EUR"\n')
        generate(copy)
        assert check(copy)[0] == 0
        replace(copy, ACCOUNTS, "    entry_id: str", "    entry_id: str\n    teller: str")
        generate(copy)
        code, report = check(copy)
        assert code == 1
        assert {change["direction"] for change in report["changes"]} == {
            "old messages, read by the new code"
        }

    def test_refuses_to_let_go_of_what_streams_were_made_of(self, copy: Path) -> None:
        replace(
            copy,
            ACCOUNTS,
            '"payments.money_withdrawn", version=1',
            ('"payments.money_withdrawn", version=2'),
        )
        generate(copy)
        code, report = check(copy)
        assert code == 1
        (gone,) = (one for one in report["changes"] if one["judgement"] == "refused")
        assert gone["contract"] == "payments.money_withdrawn v1"
        assert "streams were made of it" in gone["reason"]

    @pytest.mark.parametrize("action", ["check", "generate"])
    def test_looks_at_all_modules_or_at_none(
        self, copy: Path, action: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("QUARRY_MODULES", "payments")

        done = run(copy, "manage.py", "contracts", action)

        assert done.returncode == 1
        assert "catalog, console, gateway" in done.stderr
        assert "without QUARRY_MODULES" in done.stderr
        assert list((copy / "modules/catalog/contracts/schemas").iterdir())

    def test_passes_in_a_service_that_has_its_neighbours_contracts_alone(
        self, copy: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("QUARRY_MODULES", "payments")
        for manifest in copy.glob("modules/*/module.toml"):
            if manifest.parent.name != "payments":
                manifest.unlink()

        code, report = check(copy)

        assert (code, report["stale"], report["changes"]) == (0, [], [])

    def test_cannot_judge_without_the_released_contracts(self, copy: Path) -> None:
        done = run(copy, "manage.py", "contracts", "check", "--against", "no-such-revision")

        assert done.returncode == 1
        assert "the released contracts cannot be read" in done.stderr
