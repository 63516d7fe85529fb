"""The worked example of docs/adding-a-module.md: typed in as it stands there, it does what is said.

In a copy of the repository, with a module from `startmodule` and the real ordering.
"""

import re
from pathlib import Path
from textwrap import indent

import pytest

from tests.architecture.planting import ROOT, copy_of_the_repository, lint_imports, run

PAGE = (ROOT / "docs" / "adding-a-module.md").read_text(encoding="utf-8")

JOURNEY = """
import pytest
from django.test import Client

from modules.kernel import interfaces
from modules.kernel.http.testing import bearer
from modules.kernel.messaging.testing import drain
from modules.loyalty.contracts import Loyalty
from tests.journeys.conftest import Shop
from tests.topologies.plugin import System


@pytest.mark.django_db(transaction=True)
def test_an_order_that_was_fulfilled_gives_points():
    shop = Shop(System(client=Client(headers=bearer()), drain=drain))
    shop.sell("TEA", on_hand=10)
    order_id = shop.place({"TEA": 1})
    shop.deliver()
    assert interfaces.get(Loyalty).entry(entry_id=order_id).text == "ANATR: 18 points"
"""


def block(language: str, begins: str) -> str:
    """This gives the one block of the page that begins so."""
    [found] = re.findall(rf"```{language}\n({re.escape(begins)}.*?)```", PAGE, re.DOTALL)
    return str(found)


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This is a copy in which a reader has followed the page."""
    root = copy_of_the_repository(tmp_path_factory.mktemp("example"), "tests")
    python, *begun = block("console", "$ python manage.py startmodule loyalty").split()[1:]
    assert python == "python"
    assert run(root, *begun).returncode == 0
    module = root / "modules" / "loyalty"
    first, _, outward = block("python", "# modules/loyalty/outward.py").partition("\n")
    (root / first.removeprefix("# ")).write_text(outward, encoding="utf-8")
    at_the_top = block("python", "from modules.ordering.contracts import OrderFulfilled\n")
    replace(module / "apps.py", "\n\n\nclass ", f"\n{at_the_top}\n\nclass ")
    in_register = block("python", "from modules.loyalty import handlers, outward, service\n")
    replace(
        module / "apps.py",
        "        from modules.loyalty import handlers, service\n\n",
        indent(in_register, " " * 8),
    )
    manifest = module / "module.toml"
    replace(manifest, 'consumes = ["loyalty.record_entry"]\n', block("toml", "consumes"))
    told = manifest.read_text(encoding="utf-8")
    manifest.write_text(told + block("toml", "[policies"), encoding="utf-8")
    assert run(root, "manage.py", "contracts", "generate").returncode == 0
    (root / "tests" / "journeys" / "test_points.py").write_text(JOURNEY, encoding="utf-8")
    return root


class TestTheWorkedExample:
    def test_keeps_the_boundaries(self, root: Path) -> None:
        linted = lint_imports(root)
        assert linted.returncode == 0, linted.stdout
        for command in (["boundaries", "check"], ["check", "--fail-level", "WARNING"]):
            checked = run(root, "manage.py", *command)
            assert checked.returncode == 0, checked.stdout + checked.stderr

    @pytest.mark.parametrize(
        "tests",
        [
            "tests/journeys/test_points.py",
            "modules/loyalty",
            # Those that look at who hears of orders.
            "tests/contracts/test_schema_files.py",
            "modules/kernel/interfaces/tests/test_settings.py",
            "modules/kernel/manifests",
        ],
    )
    def test_passes_the_tests(self, root: Path, tests: str) -> None:
        outcome = run(root, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
