"""`manage.py startmodule`: what it writes passes, at once, all that is asked of a module.

Made in a copy of the repository, of the real settings and the real importlinter.ini.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.planting import copy_of_the_repository, environment_of, make, release, run
from tests.project.serving import free_port, serving

#: Two, because what each says of itself must not be what the other says.
MADE = ("gifts", "raffles")


def make_module(name: str, root: Path) -> str:
    """This has startmodule make a module in the copy at `root`, and gives what it said."""
    outcome = run(root, "manage.py", "startmodule", name)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


def told(said: str) -> list[str]:
    """This gives the commands among what startmodule said, continuation lines joined."""
    return re.findall(r"^  (\S.*)$", re.sub(r"\\\n +", "", said), re.MULTILINE)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This is a copy in which the first two commands of docs/adding-a-module.md were given."""
    root = copy_of_the_repository(
        tmp_path_factory.mktemp("made"), "Makefile", "Dockerfile", "docs", "tests"
    )
    release(root)
    for name in MADE:
        make_module(name, root)
    outcome = run(root, "manage.py", "contracts", "generate")
    assert outcome.returncode == 0, outcome.stderr
    return root


@pytest.fixture(scope="module")
def made(root: Path) -> Path:
    return root / "modules" / MADE[0]


class TestANewModule:
    @pytest.mark.parametrize(
        "target", ["check-django", "check-migrations", "check-contracts", "check-boundaries"]
    )
    def test_passes(self, root: Path, target: str) -> None:
        outcome = make(root, target)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr

    @pytest.mark.parametrize(
        "tests",
        [
            "modules/gifts",
            # Those that look at every module there is.
            "tests/project/test_compose.py",
            "tests/edge/test_access.py",
        ],
    )
    def test_passes_the_tests(self, root: Path, tests: str) -> None:
        outcome = run(root, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr

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

    def test_works_as_the_command_tells_to_see(self, tmp_path: Path) -> None:
        root, port = copy_of_the_repository(tmp_path, "Makefile"), free_port()
        environment = environment_of(root) | {"PORT": str(port)}
        environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
        commands = told(make_module("gift_cards", root).replace(":8000", f":{port}"))
        at = commands.index("python manage.py runserver")
        before, asking, afterwards = commands[:at], commands[at + 1 : at + 4], commands[at + 4 :]

        def shell(*lines: str) -> str:
            script = "\n".join(["set -e", *lines])
            done = subprocess.run(
                ["sh", "-c", script], cwd=root, env=environment, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        shell(*before)
        with serving(
            [sys.executable, "manage.py", "runserver", f"127.0.0.1:{port}", "--noreload"],
            url=f"http://127.0.0.1:{port}/healthz",
            folder=root,
            environment=environment,
            log=tmp_path / "log",
            within_seconds=60,
        ):
            recorded, found = re.findall(r"\{[^}]*\}", shell(*asking))
        assert json.loads(recorded) == json.loads(found)
        assert json.loads(found)["text"] == "first"

        initial = root / "modules" / "gift_cards" / "migrations" / "0001_initial.py"
        written = initial.read_text()
        shell(*afterwards)
        assert "CreateModel" in initial.read_text() != written

    def test_is_not_written_over(self, root: Path) -> None:
        outcome = run(root, "manage.py", "startmodule", "gifts")
        assert outcome.returncode == 1
        assert "'gifts' is taken" in outcome.stderr

    # The order of imports and the breaks of lines depend on the name: one before the kernel in
    # the alphabet and short, the other after it and as long as may be.
    @pytest.mark.parametrize("name", ["aid", "warehouse_visit_bookings"])
    def test_is_tidy_under_any_name(self, tmp_path: Path, name: str) -> None:
        make_module(name, copy_of_the_repository(tmp_path))
        for command in ("format --check", "check"):
            outcome = run(
                tmp_path, "-m", "ruff", *command.split(), "--no-cache", f"modules/{name}", "config"
            )
            assert outcome.returncode == 0, outcome.stdout


class TestRemoveModule:
    def test_leaves_what_was_there_before_the_module(self, tmp_path: Path) -> None:
        root = copy_of_the_repository(tmp_path)
        before = _contents(root)
        make_module("gifts", root)
        outcome = run(root, "manage.py", "removemodule", "gifts")
        assert outcome.returncode == 0, outcome.stderr
        for made in ("var", ".ruff_cache"):  # By the settings and by ruff, not by the commands.
            shutil.rmtree(root / made, ignore_errors=True)
        assert _contents(root) == before


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
