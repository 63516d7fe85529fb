"""The services that `manage.py extract` writes: the module as it was, and all that it needs.

Quick: what they are made of, for each module. Slow: the command with all that it tries before it
says done, in an environment of its own; for payments in CI, for the others by
`make test-extraction-services`.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from modules.kernel.extraction.writing import gather, read_record, write_record
from modules.kernel.extraction.writing.drawing import drawn
from tests.architecture.planting import lint_imports, run
from tests.project.dockerfile import faults
from tests.project.locks import disagreements

#: A service is some seven hundred files, of which each is read for what it imports.
pytestmark = pytest.mark.timeout(600)

ROOT = Path(__file__).parents[2]
MODULES = ("payments", "inventory", "shipping", "notifications")
#: Those that are tried whole.
TRIED = os.environ.get("QUARRY_EXTRACT", "payments").split()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """This is a service for each module, written and not tried."""
    services = {module: tmp_path_factory.mktemp(module) for module in MODULES}
    for module, folder in services.items():
        call_command("extract", module, "--to", str(folder), "--no-verify")
    return services


def _bytes_below(folder: Path) -> dict[str, bytes]:
    """This gives what each file of a folder holds, but for what Python keeps there itself."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("module", MODULES)
class TestAService:
    def test_has_the_module_byte_for_byte(self, written: dict[str, Path], module: str) -> None:
        for part in (f"modules/{module}", "modules/kernel"):
            assert _bytes_below(written[module] / part) == _bytes_below(ROOT / part)

    def test_differs_from_it_in_nothing_that_git_sees(
        self, written: dict[str, Path], module: str, tmp_path: Path
    ) -> None:
        for name, root in (("monolith", ROOT), ("service", written[module])):
            unread = shutil.ignore_patterns("__pycache__")
            shutil.copytree(root / "modules" / module, tmp_path / name, ignore=unread)
        diff = ["git", "diff", "--no-index", "monolith", "service"]
        done = subprocess.run(diff, cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr

    def test_has_contracts_of_others_and_nothing_else(
        self, written: dict[str, Path], module: str
    ) -> None:
        others = [
            folder
            for folder in (written[module] / "modules").iterdir()
            if folder.is_dir() and folder.name not in (module, "kernel")
        ]
        inside = {entry.name for folder in others for entry in folder.iterdir()}
        assert inside <= {"__init__.py", "contracts"}

    def test_is_locked_to_what_it_asks_for(self, written: dict[str, Path], module: str) -> None:
        folder = written[module] / "requirements"
        run_in, dev_in = ((folder / f"{name}.in").read_text() for name in ("run", "dev"))
        assert disagreements(run_in, (folder / "run.txt").read_text()) == []
        assert disagreements(f"{run_in}\n{dev_in}", (folder / "dev.txt").read_text()) == []
        assert ("stripe" in run_in) == (module == "payments")
        assert "boto3" not in run_in
        assert "confluent-kafka" not in run_in

    def test_keeps_the_habits_of_good_images(self, written: dict[str, Path], module: str) -> None:
        assert faults((written[module] / "Dockerfile").read_text()) == []


class TestItsReadme:
    def readme(self, module: str) -> str:
        facts = gather(
            module,
            root=ROOT,
            all_modules=settings.QUARRY_ALL_MODULES,
            front=settings.QUARRY_FRONT,
            broker="rabbitmq",
        )
        return drawn(facts)[Path("README.md")].decode()

    def test_names_all_that_a_move_needs(self) -> None:
        """As the page of the move does: who follows one of them misses nothing of the other."""
        page = (ROOT / "docs" / "extraction.md").read_text()
        told = page[page.index("The first says whether") : page.index("The third says what")]
        needed = set(re.findall(r"QUARRY_[A-Z_]+|manage\.py listen", told))
        assert {"QUARRY_BROKER_CREDENTIALS", "QUARRY_INTERNAL_KEYS", "manage.py listen"} <= needed
        readme = self.readme("payments")
        assert {one for one in needed if one not in readme} == set()
        table = set(re.findall(r"^\| `(QUARRY_[A-Z_]+)`", readme, re.MULTILINE))
        assert needed - table == {"QUARRY_AWAITED_MODULES", "manage.py listen"}

    def test_tells_what_is_done_in_the_service_from_what_is_done_in_the_monolith(self) -> None:
        readme = self.readme("payments")
        in_service, in_monolith = readme[readme.index("In the service") :].split("In the monolith")
        assert re.findall(r"manage\.py (\w+)", in_service) == ["migrate", "listen"]
        assert set(re.findall(r"manage\.py (\w+)", in_monolith)) == {"cutover"}
        assert "QUARRY_BROKER_CREDENTIALS=quarry:quarry" in in_monolith


class TestItsBoundaries:
    def test_are_kept_and_bite(self, written: dict[str, Path]) -> None:
        root = written["payments"]
        assert lint_imports(root).returncode == 0
        planted = root / "modules" / "payments" / "planted.py"
        planted.write_text("import modules.inventory.contracts\n")
        try:
            assert lint_imports(root).returncode == 1
        finally:
            planted.unlink()


class TestUpdate:
    def test_brings_what_is_new_and_leaves_what_was_changed(self, tmp_path: Path) -> None:
        service = tmp_path / "service"
        call_command("extract", "shipping", "--to", str(service), "--no-verify")
        # As if it had been written before the last line of the kernel's tasks was there.
        kernel = Path("modules/kernel/tasks/__init__.py")
        older = (service / kernel).read_bytes().rpartition(b"\n__all__")[0]
        record = read_record(service)
        write_record(replace(record, files={**record.files, kernel: older}), folder=service)
        (service / kernel).write_bytes(older)
        by_hand = (service / "Makefile").read_text() + "\nby-hand:\n\ttrue\n"
        (service / "Makefile").write_text(by_hand)

        call_command("extract", "shipping", "--update", str(service), "--no-verify")
        assert (service / kernel).read_bytes() == (ROOT / kernel).read_bytes()
        assert (service / "Makefile").read_text() == by_hand

    def test_says_where_it_would_write_over_a_change(self, tmp_path: Path) -> None:
        service = tmp_path / "service"
        call_command("extract", "shipping", "--to", str(service), "--no-verify")
        readme = service / "README.md"
        record = read_record(service)
        older = {**record.files, Path("README.md"): b"# Older\n"}
        write_record(replace(record, files=older), folder=service)
        readme.write_text("# Ours\n")
        with pytest.raises(CommandError, match=r"1 files were left as they stand.*FILE\.rej"):
            call_command("extract", "shipping", "--update", str(service), "--no-verify")
        assert readme.read_text() == "# Ours\n"
        assert (service / "README.md.rej").exists()


class TestTheCommand:
    def test_writes_into_no_folder_that_has_something(self, tmp_path: Path) -> None:
        (tmp_path / "precious").touch()
        with pytest.raises(CommandError, match=r"is not empty.*--update"):
            call_command("extract", "payments", "--to", str(tmp_path))
        assert [path.name for path in tmp_path.iterdir()] == ["precious"]

    @pytest.mark.parametrize("options", [("--json",), ("--call-ms", "0"), ("--hop-ms", "2")])
    def test_refuses_what_it_would_not_heed(self, tmp_path: Path, options: tuple[str, ...]) -> None:
        writing = ("extract", "payments", "--to", str(tmp_path / "service"), "--no-verify")
        with pytest.raises(CommandError, match=f"{options[0]} goes with --check only"):
            call_command(*writing, *options)
        assert not (tmp_path / "service").exists()

    def test_names_the_modules_that_there_are(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"no module 'refunds'; there are catalog, ordering"):
            call_command("extract", "refunds", "--to", str(tmp_path / "service"))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("module", TRIED)
def test_holds_in_an_empty_environment(module: str, tmp_path: Path) -> None:
    service = tmp_path / "service"
    done = run(ROOT, "manage.py", "extract", module, "--to", str(service))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "holds   its own tests" in done.stdout
    # In an environment of its own, not in the one of these tests.
    assert (service / ".venv" / "bin" / "python").exists()
    assert Path(sys.prefix) != service / ".venv"
