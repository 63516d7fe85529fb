"""Every command in README and docs: it exists, takes its options, and the quick ones are run."""

import os
import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from django.conf import settings

from tests.project.command_rules import BadCommand, verify
from tests.project.console_blocks import Told, commands_in, links_in

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
TOLD = [told for document in DOCUMENTS for told in commands_in(document)]

#: Run here, as they stand. The others are long, or change things, and have tests of their own:
#: `make run` in test_fresh_machine, `make check` and `make test` in CI, and so on.
QUICK = (
    ["make", "help"],
    ["python", "manage.py", "check"],
    ["python", "manage.py", "boundaries", "check"],
    ["python", "manage.py", "contracts", "check"],
    ["lint-imports", "--config", "importlinter.ini"],
)


@pytest.mark.parametrize("told", TOLD, ids=lambda told: f"{told.where} {told.text}")
def test_a_documented_command_works(told: Told) -> None:
    verify(told)
    if told.words in QUICK:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            told.words,
            cwd=ROOT,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_says_how_to_start_and_how_to_test() -> None:
    told = [told.text for told in TOLD if told.where.startswith("README.md:")]
    assert {"make run", "make test"} <= set(told)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    assert [link for link in links_in(document) if not (document.parent / link).exists()] == []


def test_every_variable_that_the_settings_read_is_explained() -> None:
    files = [ROOT / "config" / "settings" / f"{name}.py" for name in ("base", "production")]
    code = "".join(file.read_text() for file in files)
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', code))
    assert "QUARRY_DRIVER" in read
    explained = set(re.findall(r"[A-Z_]{4,}", "".join(one.read_text() for one in DOCUMENTS)))
    assert sorted(read - explained) == []


def test_the_deployables_of_the_example_have_every_module_between_them() -> None:
    [row] = re.findall(
        r"(?m)^\| `QUARRY_MODULES` \|(.*)", (ROOT / "docs" / "brokers.md").read_text()
    )
    assert sorted(re.findall(r"\w+", row)) == sorted(settings.QUARRY_ALL_MODULES)


def test_the_page_of_the_architecture_has_every_layer_of_a_module() -> None:
    rules = ConfigParser()
    rules.read(ROOT / "importlinter.ini")
    layers = rules["importlinter:contract:layers-of-a-module"]["layers"]
    page = (ROOT / "docs" / "architecture.md").read_text()
    first = re.findall(r"(?m)^\| (`[^|]*)\|", page.partition("imports point down")[2])
    told = re.findall(r"`(\w+)", "".join(first))
    assert sorted(told) == sorted(re.findall(r"\w+", layers))


class TestLinksIn:
    def test_are_those_to_files(self, tmp_path: Path) -> None:
        document = tmp_path / "guide.md"
        document.write_text("[a](b.md#part) ![c](d.png) [e](https://f.example) [g](#here)")
        assert links_in(document) == ["b.md", "d.png"]


class TestCommandsIn:
    def test_finds_commands_and_leaves_their_output(self, tmp_path: Path) -> None:
        document = tmp_path / "guide.md"
        document.write_text(
            "Text.\n```console\n$ make run\nStarting\n$ A=1 python manage.py check \\\n"
            "    --deploy\n```\n```python\n$ no\n```\n"
        )
        first, second = commands_in(document)
        assert (first.where, first.words) == ("guide.md:3", ["make", "run"])
        assert second.words == ["python", "manage.py", "check", "--deploy"]
        assert second.variables == ["A"]


class TestVerify:
    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("make rnu", "no target 'rnu'"),
            ("make run PROT=1", "neither the settings nor the Makefile read PROT"),
            ("DATABSE_URL=x make run", "neither the settings nor the Makefile read DATABSE_URL"),
            ("python manage.py migrat", "no command 'migrat'"),
            ("python manage.py migrate --plam", "unrecognized arguments: --plam"),
            ("python setup.py install", "only `python manage.py"),
            ("curl http://127.0.0.1:8000/api/v1/ordres", "nothing is served at /api/v1/ordres"),
            ("curl http://quarry.example/healthz", "not the reader's own machine"),
            ("lint-imports", "with --config importlinter.ini"),
            ("pytest modules/nothing/tests", "there is no modules/nothing/tests"),
            ("npm install", "no rule for 'npm'"),
            ("granian --tls config.wsgi", "granian has no option --tls"),
            ("celery --app=config inspect active_queue", "only `celery --app=config inspect"),
            ("PORT=1", "there is no command"),
        ],
    )
    def test_refuses(self, text: str, why: str) -> None:
        with pytest.raises(BadCommand, match=why):
            verify(Told(where="here", text=text))

    @pytest.mark.parametrize(
        "text",
        [
            "make check test PORT=9000",
            "PAYMENTS_DATABASE_URL=postgres://db/payments make run",
            ".venv/bin/python manage.py migrate --plan  # shows what would be done",
            "curl -i http://localhost:8000/healthz",
            "pytest modules/gateway -q",
        ],
    )
    def test_accepts(self, text: str) -> None:
        verify(Told(where="here", text=text))
