"""docs/starting-a-product.md: each step in a copy, as it stands there, and then the checks."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.planting import ROOT, environment_of, make, release, run
from tests.project.console_blocks import commands_in

PAGE = ROOT / "docs" / "starting-a-product.md"

#: Targets of the Makefile that the third step takes out.
_GONE = "browser|wrk|screenshots|explore-sagas|demo-extract|faults-extraction|bench[a-z-]*"
_OF_CI = "test-topologies|test-share|test-extraction|test-extraction-services"

#: What the page asks a person to write: a file, what stands there, and what is to.
BY_HAND = [
    ("config/settings/base.py", r'"QUARRY_FRONT", "gateway"', '"QUARRY_FRONT", "clinic"'),
    ("config/settings/base.py", r'    "orders:import": .*\n', ""),
    ("config/settings/base.py", r"(QUARRY_HOUSE_SCOPES.*) = .*", r"\1 = []"),
    ("config/settings/base.py", r"LOGIN_URL = .*", 'LOGIN_URL = "/admin/login/"'),
    ("Makefile", r"DEMO := .*", "DEMO :="),
    ("requirements/run.in", r"(?m)^(requests|stripe)\n", ""),
    ("pyproject.toml", r', "benchmarks", "manage.py"\]', ', "manage.py"]'),
    ("tests/edge/owned.py", r"(?s)(OWNED: [^=]+) = \[.*?\n\]", r"\1 = []"),
    ("tests/edge/owned.py", r"(ASKED_FOR_INSIDE: .*?) = .*", r"\1 = {}"),
    (
        "tests/edge/owned.py",
        r"(?s)SHIP_TO = .*?\n\n\n(def things.*?\"\"\"\n).*",
        r"\1    return {}\n",
    ),
    ("tests/edge/owned.py", r"(?s)from django\.test.*?import System\n+", ""),
    ("Makefile", rf"(?ms)^(\.PHONY: [^\n]*\n)?({_GONE}|{_OF_CI}):.*?\n\n", ""),
    ("Makefile", r"(: \$\(DEV_INSTALLED\)) browser( wrk)?", r"\1"),
    (".ci/run", rf"make ({_OF_CI})\n", ""),
    (".ci/nightly", rf"make ({_OF_CI})\n", ""),
    ("tests/project/test_ci.py", rf' *"({_OF_CI})",?\n?', ""),
]

#: All that `make check` does, but for the locks: to make them again asks an index.
CHECKS = [
    "check-format",
    "check-lint",
    "check-types",
    "check-boundaries",
    "check-django",
    "check-migrations",
    "check-contracts",
    "check-dependencies",
]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This is a copy in which a reader has followed the page, but for its last command."""
    root = tmp_path_factory.mktemp("product")
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout, so nobody can say what belongs to it")
    listed = subprocess.check_output(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True
    )
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
    release(root)
    *commands, last = [told.text for told in commands_in(PAGE)]
    assert last == "make check"
    for command in commands:
        follow(root, command)
        if command.startswith("python manage.py removemodule"):
            for file, stands, is_to in BY_HAND:
                edit(root / file, stands, is_to)
    return root


def follow(root: Path, command: str) -> None:
    """This types one command of the page."""
    environment = environment_of(root) | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "MAKEFLAGS": f"VENV={sys.prefix}",
        "GIT_AUTHOR_NAME": "Test",
        "GIT_AUTHOR_EMAIL": "test@quarry.example",
        "GIT_COMMITTER_NAME": "Test",
        "GIT_COMMITTER_EMAIL": "test@quarry.example",
    }
    done = subprocess.run(
        ["bash", "-c", command], cwd=root, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def edit(file: Path, stands: str, is_to: str) -> None:
    text, count = re.subn(stands, is_to, file.read_text(encoding="utf-8"))
    assert count, f"{file}: {stands} is not there"
    file.write_text(text, encoding="utf-8")


class TestAProduct:
    @pytest.mark.parametrize("target", CHECKS)
    def test_passes(self, root: Path, target: str) -> None:
        outcome = make(root, target)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr

    @pytest.mark.parametrize(
        "tests",
        [
            ["modules", "--ignore=modules/kernel/messaging", "--ignore=modules/kernel/sagas"],
            ["tests/architecture", "tests/edge", "tests/databases"],
            # Pages of the shop, and the locks, are left to a person.
            [
                "tests/project",
                "--ignore=tests/project/test_docs.py",
                "--ignore=tests/project/test_requirements.py",
            ],
        ],
        ids=lambda tests: tests[0],
    )
    def test_passes_the_tests(self, root: Path, tests: list[str]) -> None:
        outcome = run(root, "-m", "pytest", "-q", "-m", "not slow", "-n", "logical", *tests)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr

    def test_makes_its_database_without_the_demo(self, root: Path) -> None:
        outcome = make(root, str(root / "var" / "prepared"))
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr

    @pytest.mark.parametrize("script", ["run", "nightly"])
    def test_runs_in_ci_only_what_there_is(self, root: Path, script: str) -> None:
        targets = re.findall(r"(?m)^make (.*)", (root / ".ci" / script).read_text())
        assert targets
        for target in targets:
            planned = make(root, "--dry-run", target)
            assert planned.returncode == 0, planned.stderr
            named = re.findall(r"(?<!--ignore=)\btests/\S+", planned.stdout)
            assert [path for path in named if not (root / path).exists()] == []

    def test_gets_a_second_module(self, root: Path) -> None:
        outcome = run(root, "manage.py", "startmodule", "pharmacy", "--dry-run")
        assert outcome.returncode == 0, outcome.stderr
