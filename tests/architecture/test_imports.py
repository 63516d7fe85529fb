"""The import contracts hold for the repository, and each refuses what it is there to refuse.

All plants are made in one copy and linted once: each is looked for by the file and the
import that it consists of, which no other plant has.
"""

from configparser import ConfigParser
from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture.planting import (
    ROOT,
    Plant,
    copy_of_the_repository,
    lint_imports,
    plant,
)

PLANTS = {
    "a command that reads a read model": Plant(
        path="modules/ordering/use_cases/planted.py",
        code="from modules.ordering.read_models import HistoryRow",
        refusal="modules.ordering.use_cases.planted -> modules.ordering.read_models",
    ),
    "a handler that asks for a read of one": Plant(
        path="modules/ordering/handlers.py",
        code="from modules.kernel.readmodels.reading import read",
        refusal="modules.ordering.handlers -> modules.kernel.readmodels.reading",
    ),
    "a plain import of another module": Plant(
        path="modules/catalog/urls.py",
        code="from modules.ordering import apps",
        refusal="modules.catalog.urls -> modules.ordering.apps",
    ),
    "an import inside a function": Plant(
        path="modules/payments/urls.py",
        code="def lazily():\n    from modules.ordering import apps",
        refusal="modules.payments.urls -> modules.ordering.apps",
    ),
    "an import under TYPE_CHECKING": Plant(
        path="modules/inventory/urls.py",
        code=(
            "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    from modules.ordering import apps"
        ),
        refusal="modules.inventory.urls -> modules.ordering.apps",
    ),
    "a contract that its package does not export": Plant(
        path="modules/shipping/urls.py",
        code="from modules.payments.contracts.commands import CapturePayment",
        refusal="modules.shipping.urls -> modules.payments.contracts.commands",
    ),
    "contracts that import models": Plant(
        path="modules/catalog/contracts/__init__.py",
        code="from modules.catalog import apps",
        refusal="modules.catalog.contracts -> modules.catalog.apps",
    ),
    "contracts that import more of the kernel than its contracts": Plant(
        path="modules/inventory/contracts/__init__.py",
        code="from modules.kernel.interfaces import registry",
        refusal="modules.inventory.contracts -> modules.kernel.interfaces.registry",
    ),
    "a domain that imports Django": Plant(
        path="modules/console/domain/planted.py",
        code="from django.db import connection",
        refusal="modules.console.domain.planted -> django",
    ),
    "contracts that import Django": Plant(
        path="modules/payments/contracts/__init__.py",
        code="import django",
        refusal="modules.payments.contracts -> django",
    ),
    "a lower layer that imports a higher one": Plant(
        path="modules/console/models.py",
        code="from modules.console import urls",
        refusal="modules.console.models -> modules.console.urls",
    ),
    "a module's __init__ that imports": Plant(
        path="modules/gateway/__init__.py",
        code="from modules.gateway import urls",
        refusal="modules.gateway -> modules.gateway.urls",
    ),
    "a kernel that imports a module's models": Plant(
        path="modules/kernel/http/problems.py",
        code="from modules.ordering import apps",
        refusal="modules.kernel.http.problems -> modules.ordering.apps",
    ),
    "a kernel that imports a module's contracts": Plant(
        path="modules/kernel/http/correlation.py",
        code="from modules.ordering.contracts import Order",
        refusal="modules.kernel.http.correlation -> modules.ordering.contracts",
    ),
    "a lower package of the kernel that imports a higher one": Plant(
        path="modules/kernel/messaging/pulse.py",
        code="from modules.kernel.http import problems",
        refusal="modules.kernel.messaging.pulse -> modules.kernel.http.problems",
    ),
    "an import of config": Plant(
        path="modules/gateway/urls.py",
        code="from config.settings import base",
        refusal="modules.gateway.urls -> config.settings.base",
    ),
    "a travelling test that leans on one that stays": Plant(
        path="modules/kernel/messaging/tests/test_pulse.py",
        code="from tests.faults.waiting import wait_until",
        refusal="modules.kernel.messaging.tests.test_pulse -> tests",
    ),
    "config that imports a module": Plant(
        path="config/urls.py",
        code="from modules.ordering import apps",
        refusal="config.urls -> modules.ordering.apps",
    ),
    "code that imports what is made for tests": Plant(
        path="modules/notifications/urls.py",
        code="from modules.kernel.messaging import testing",
        refusal="modules.notifications.urls -> modules.kernel.messaging.testing",
    ),
    "a stray file in a module": Plant(
        path="modules/notifications/helpers.py", code="", refusal="- modules.notifications.helpers"
    ),
    "a stray package in the kernel": Plant(
        path="modules/kernel/common/__init__.py", code="", refusal="- modules.kernel.common"
    ),
    "a module that the contracts do not know": Plant(
        path="modules/loyalty/__init__.py", code="", refusal="- modules.loyalty"
    ),
    "a stray file beside the modules": Plant(
        path="modules/helpers.py", code="", refusal="- modules.helpers"
    ),
}


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """This is what lint-imports says of a copy with all plants in it."""
    root = copy_of_the_repository(tmp_path_factory.mktemp("planted"))
    for planted in PLANTS.values():
        plant(root, planted.path, planted.code)
    linted = lint_imports(root)
    assert linted.returncode == 1, linted.stdout + linted.stderr
    return linted.stdout


class TestImportContracts:
    def test_are_kept_by_the_repository(self) -> None:
        linted = lint_imports(ROOT)

        assert linted.returncode == 0, linted.stdout
        assert "0 broken" in linted.stdout

    @pytest.mark.parametrize("violation", PLANTS)
    def test_refuse(self, output: str, violation: str) -> None:
        assert PLANTS[violation].refusal in output

    def test_are_each_broken_by_a_plant(self, output: str) -> None:
        """No contract is only for show."""
        assert "KEPT" not in output

    def test_allow_another_modules_contracts(self, tmp_path: Path) -> None:
        root = copy_of_the_repository(tmp_path)
        plant(root, "modules/catalog/urls.py", "from modules.ordering.contracts import Order")
        plant(root, "modules/catalog/contracts/__init__.py", "import modules.ordering.contracts")

        assert lint_imports(root).returncode == 0

    def test_lay_out_every_installed_module(self) -> None:
        configuration = ConfigParser()
        configuration.read(ROOT / "importlinter.ini")
        containers = configuration["importlinter:contract:layers-of-a-module"]["containers"]

        assert containers.split() == [f"modules.{name}" for name in settings.QUARRY_ALL_MODULES]
