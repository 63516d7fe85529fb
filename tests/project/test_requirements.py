"""The locks: made from what is asked for, with hashes, naming no machine and no registry."""

from pathlib import Path

import pytest

from tests.project.locks import disagreements, pins_of

FOLDER = Path(__file__).parents[2] / "requirements"
ASKED_FOR_BY_DEV = ("run.in", "dev.in")

LOCK = """\
django==5.2.9 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via
    #   -r run.in
    #   whitenoise
sqlparse==0.5.5 \\
    --hash=sha256:cc
    # via django
"""


def asked_for(*names: str) -> str:
    return "\n".join((FOLDER / name).read_text() for name in names)


@pytest.mark.parametrize(
    ("lock", "files"),
    [("install.txt", ("install.in",)), ("run.txt", ("run.in",)), ("dev.txt", ASKED_FOR_BY_DEV)],
)
def test_a_lock_agrees_with_what_it_was_made_from(lock: str, files: tuple[str, ...]) -> None:
    found = disagreements(asked_for(*files), (FOLDER / lock).read_text())
    assert found == [], "run `make lock`"


def test_tests_run_with_the_versions_that_the_system_runs_with() -> None:
    dev = pins_of((FOLDER / "dev.txt").read_text())
    for name, pin in pins_of((FOLDER / "run.txt").read_text()).items():
        assert dev[name].version == pin.version


@pytest.mark.parametrize("lock", sorted(path.name for path in FOLDER.glob("*.txt")))
def test_a_lock_names_no_registry_and_no_place_on_a_machine(lock: str) -> None:
    text = (FOLDER / lock).read_text()
    for forbidden in ("://", "--index", "--find-links", "--trusted-host", " /", "@ "):
        assert forbidden not in text


class TestDisagreements:
    def test_is_empty_for_a_lock_that_agrees(self) -> None:
        assert disagreements("# why\ndjango==5.2.*", LOCK) == []

    def test_sees_a_requirement_that_was_added(self) -> None:
        assert disagreements("django\nrich", LOCK) == ["rich is asked for and not locked"]

    def test_sees_a_requirement_that_was_taken_out(self) -> None:
        assert disagreements("", LOCK) == ["django is locked as asked for and is not asked for"]

    def test_sees_a_bound_that_the_pin_does_not_meet(self) -> None:
        [found] = disagreements("django>=6", LOCK)
        assert found == "django is locked at 5.2.9, asked for is django>=6"

    def test_sees_a_pin_without_a_hash(self) -> None:
        lock = LOCK.replace(" \\\n    --hash=sha256:cc", "")
        assert disagreements("django", lock) == ["sqlparse is locked without a hash"]
