"""The Makefile: documented by itself, and careful with an environment that is not its own."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()


def make(*arguments: str) -> str:
    """This runs make as from a shell of its own and gives what it prints."""
    environment = {
        key: value
        for key, value in os.environ.items()
        if "MAKE" not in key and not key.endswith("DATABASE_URL") and key != "VENV"
    }
    return subprocess.run(
        ["make", *arguments],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_help_tells_of_every_target() -> None:
    targets = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)
    assert len(targets) > 10
    listed = re.findall(r"^  make ([a-z-]+) +\S", make("help"), re.MULTILINE)
    assert sorted(listed) == sorted(targets)


def test_help_is_what_make_alone_does() -> None:
    assert make() == make("help")


def test_an_environment_of_the_callers_own_is_used_as_it_stands() -> None:
    planned = make("--dry-run", "check-lint", "VENV=/elsewhere")
    assert planned.strip() == "/elsewhere/bin/ruff check ."


def test_the_port_can_be_chosen() -> None:
    planned = make("--dry-run", "run", "PORT=9123")
    assert "runserver 127.0.0.1:9123" in planned
    assert "PORT=9123 " in planned  # Tokens name the issuer where it is found.


def test_a_database_elsewhere_is_migrated_at_each_start(tmp_path: Path) -> None:
    # Both exist, so that the default database would need nothing.
    (tmp_path / "quarry.sqlite3").touch()
    (tmp_path / "prepared").touch()
    arguments = ("--dry-run", "run", "VENV=/elsewhere", f"QUARRY_VAR={tmp_path}")
    assert "migrate" not in make(*arguments)
    assert "migrate" in make(*arguments, "PAYMENTS_DATABASE_URL=postgres://db/payments")
