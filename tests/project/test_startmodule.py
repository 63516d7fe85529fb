"""`manage.py startmodule`: what it writes passes, at once, all that is asked of a module.

Made in a copy of the repository, of the real settings and the real importlinter.ini.
"""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.architecture.planting import copy_of_the_repository, lint_imports, run


def make_module(name: str, root: Path) -> Path:
    """This has startmodule make a module in a copy below `root`, and gives its folder."""
    copy_of_the_repository(root)
    outcome = run(root, "manage.py", "startmodule", name)
    assert outcome.returncode == 0, outcome.stderr
    return root / "modules" / name


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_module("gifts", tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def root(made: Path) -> Path:
    return made.parent.parent


class TestANewModule:
    @pytest.mark.parametrize(
        "command",
        [
            "manage.py check --fail-level WARNING",
            "manage.py makemigrations --check --dry-run",
            "manage.py boundaries check",
            "-m pytest -q -p no:cacheprovider modules/gifts",
        ],
    )
    def test_passes(self, root: Path, command: str) -> None:
        outcome = run(root, *command.split())
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr

    def test_keeps_the_boundaries(self, root: Path) -> None:
        outcome = lint_imports(root)
        assert outcome.returncode == 0, outcome.stdout

    def test_has_tests_that_fail_when_its_rule_is_broken(self, root: Path, made: Path) -> None:
        entry = made / "domain" / "entry.py"
        whole = entry.read_text()
        assert '" ".join(text.split())' in whole
        entry.write_text(whole.replace('" ".join(text.split())', "text"))
        try:
            outcome = run(root, "-m", "pytest", "-q", "-p", "no:cacheprovider", "modules/gifts")
        finally:
            entry.write_text(whole)
        assert outcome.returncode == 1
        assert "test_keeps_the_entry_and_tells_of_it" in outcome.stdout

    def test_is_not_written_over(self, root: Path) -> None:
        outcome = run(root, "manage.py", "startmodule", "gifts")
        assert outcome.returncode == 1
        assert "'gifts' is taken" in outcome.stderr

    # The order of imports and the breaks of lines depend on the name: one before the kernel in
    # the alphabet and short, the other after it and as long as may be.
    @pytest.mark.parametrize("name", ["aid", "warehouse_visit_bookings"])
    def test_is_tidy_under_any_name(self, tmp_path: Path, name: str) -> None:
        make_module(name, tmp_path)
        for command in ("format --check", "check"):
            outcome = run(
                tmp_path, "-m", "ruff", *command.split(), "--no-cache", f"modules/{name}", "config"
            )
            assert outcome.returncode == 0, outcome.stdout


class TestADryRun:
    def test_names_every_file_and_writes_none(self, tmp_path: Path) -> None:
        root = copy_of_the_repository(tmp_path)
        before = _contents(root)
        outcome = run(root, "manage.py", "startmodule", "gifts", "--dry-run")
        assert outcome.returncode == 0, outcome.stderr
        assert "create modules/gifts/contracts/events.py" in outcome.stdout.splitlines()
        assert "change importlinter.ini" in outcome.stdout.splitlines()
        shutil.rmtree(root / "var", ignore_errors=True)  # made by the settings, not by the command
        assert _contents(root) == before


def _contents(root: Path) -> dict[Path, str]:
    """This gives a digest of each file, but for what Python compiles for itself."""
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
