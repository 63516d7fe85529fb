"""``manage.py boundaries check`` sees every violation that is no import, over the real system.

All plants are made in one copy of the repository and reported once, as JSON; each is looked
for by its edge.
"""

import json
import subprocess
from pathlib import Path

import pytest

from tests.architecture.planting import ROOT, Plant, copy_of_the_repository, plant, run

MODEL = "from django.db import models as planted\n"

PLANTS = {
    "the target of the planted relations": Plant(
        path="modules/ordering/models.py",
        code=MODEL
        + """
class PlantedOrder(planted.Model):
    pass

class PlantedLink(planted.Model):
    order = planted.ForeignKey(PlantedOrder, on_delete=planted.CASCADE)
    thing = planted.ForeignKey("payments.PlantedCard", on_delete=planted.CASCADE)
""",
        refusal="foreign-key: modules.ordering.models -> payments.PlantedCard",
    ),
    "a foreign key by string": Plant(
        path="modules/catalog/models.py",
        code=MODEL
        + """
class PlantedPrice(planted.Model):
    order = planted.ForeignKey("ordering.PlantedOrder", on_delete=planted.CASCADE)
""",
        refusal="foreign-key: modules.catalog.models -> ordering.PlantedOrder",
    ),
    "a one-to-one relation by string": Plant(
        path="modules/shipping/models.py",
        code=MODEL
        + """
class PlantedParcel(planted.Model):
    order = planted.OneToOneField("ordering.PlantedOrder", on_delete=planted.CASCADE)
""",
        refusal="foreign-key: modules.shipping.models -> ordering.PlantedOrder",
    ),
    "a many-to-many relation by string": Plant(
        path="modules/inventory/models.py",
        code=MODEL
        + """
class PlantedShelf(planted.Model):
    orders = planted.ManyToManyField("ordering.PlantedOrder")
""",
        refusal="foreign-key: modules.inventory.models -> ordering.PlantedOrder",
    ),
    "a many-to-many relation through another module's table": Plant(
        path="modules/payments/models.py",
        code=MODEL
        + """
class PlantedCard(planted.Model):
    cards = planted.ManyToManyField("self", through="ordering.PlantedLink")
""",
        refusal="through-table: modules.payments.models -> ordering.PlantedLink",
    ),
    "a generic foreign key": Plant(
        path="modules/notifications/models.py",
        code=MODEL
        + """
from django.contrib.contenttypes.fields import GenericForeignKey

class PlantedNote(planted.Model):
    about = GenericForeignKey()
""",
        refusal="generic-relation: modules.notifications.models -> PlantedNote.about",
    ),
    "a table owned twice": Plant(
        path="modules/gateway/models.py",
        code=MODEL
        + """
class PlantedCopy(planted.Model):
    class Meta:
        db_table = "ordering_plantedorder"
""",
        refusal="table-owned-twice: modules.gateway.models -> ordering_plantedorder",
    ),
    "a table with a name that tells no owner": Plant(
        path="modules/console/models.py",
        code=MODEL
        + """
class PlantedThing(planted.Model):
    class Meta:
        db_table = "things"
""",
        refusal="table-prefix: modules.console.models -> things",
    ),
    "a model that gives itself to another module": Plant(
        path="modules/console/models.py",
        code="""
class PlantedGift(planted.Model):
    class Meta:
        app_label = "ordering"
""",
        refusal="foreign-label: modules.console.models -> ordering.PlantedGift",
    ),
    "models without a manifest": Plant(
        path="modules/loyalty/models.py",
        code=MODEL + "class Points(planted.Model): pass",
        refusal="no-manifest: modules.loyalty -> module.toml",
    ),
    "get_model": Plant(
        path="modules/catalog/queries.py",
        code="""
from django.apps import apps as registry

def planted():
    return registry.get_model("ordering", "PlantedOrder")
""",
        refusal="reflection: modules.catalog.queries -> django.apps.apps.get_model",
    ),
    "get_model by a longer way": Plant(
        path="modules/ordering/queries.py",
        code="def planted(model): return model._meta.apps.get_model('payments.PlantedCard')",
        refusal="reflection: modules.ordering.queries -> get_model",
    ),
    "get_model of another module in a migration": Plant(
        path="modules/shipping/migrations/planted.py",
        code="def forwards(apps, editor): apps.get_model('ordering', 'PlantedOrder')",
        refusal="reflection: modules.shipping.migrations.planted -> ordering",
    ),
    "import_string": Plant(
        path="modules/payments/queries.py",
        code="""
def planted():
    from django.utils.module_loading import import_string
    return import_string("modules.ordering.models.PlantedOrder")
""",
        refusal=(
            "reflection: modules.payments.queries -> django.utils.module_loading.import_string"
        ),
    ),
    "import_module": Plant(
        path="modules/console/queries.py",
        code="import importlib\ndef planted(): return importlib.import_module('modules.ordering')",
        refusal="reflection: modules.console.queries -> importlib.import_module",
    ),
    "__import__": Plant(
        path="modules/console/queries.py",
        code="def planted_too(): return __import__('modules.ordering.models')",
        refusal="reflection: modules.console.queries -> __import__",
    ),
    "another module's code in a string": Plant(
        path="modules/inventory/queries.py",
        code="PLANTED_TASK = 'modules.payments.tasks.capture'",
        refusal="reflection: modules.inventory.queries -> modules.payments.tasks.capture",
    ),
    "another module's template, included": Plant(
        path="modules/notifications/templates/planted/page.html",
        code="<p>{% include 'planted/other.html' %}</p>",
        refusal="template: modules.notifications.templates/planted/page.html -> planted/other.html",
    ),
    "another module's template, rendered": Plant(
        path="modules/notifications/views.py",
        code="from django.shortcuts import render\n"
        "def planted(request): return render(request, 'planted/other.html')",
        refusal="template: modules.notifications.views -> planted/other.html",
    ),
    "a template in the place of another": Plant(
        path="modules/shipping/templates/planted/other.html",
        code="",
        refusal="template-owned-twice: modules.shipping -> planted/other.html",
    ),
    "a model's signal": Plant(
        path="modules/notifications/queries.py",
        code="from django.db.models.signals import post_save",
        refusal="signal: modules.notifications.queries -> django.db.models.signals.post_save",
    ),
    "a signal of one's own": Plant(
        path="modules/gateway/queries.py",
        code="from django import dispatch\nplanted = dispatch.Signal()",
        refusal="signal: modules.gateway.queries -> django.dispatch",
    ),
    "a banned registry": Plant(
        path="modules/catalog/use_cases.py",
        code="from django.apps import apps as registry",
        refusal="ban: modules.catalog.use_cases -> django.apps.apps",
    ),
    "a clock read in the middle": Plant(
        path="modules/shipping/use_cases.py",
        code="import datetime as dt\nPLANTED = dt.datetime.now",
        refusal="ban: modules.shipping.use_cases -> datetime.datetime.now",
    ),
    "an import of another module": Plant(
        path="modules/console/use_cases.py",
        code="def planted():\n    from modules.ordering import models",
        refusal="import: modules.console.use_cases -> modules.ordering.models",
    ),
    "a stray file": Plant(
        path="modules/gateway/helpers.py",
        code="",
        refusal="stray-file: modules.gateway.helpers -> modules.gateway",
    ),
    "an undeclared command": Plant(
        path="modules/notifications/use_cases.py",
        code="""
from modules.payments.contracts import RefundPayment as Refund

def planted(work):
    work.append(Refund(order_id="1", refund_id="1", amount_minor=1))
""",
        refusal="undeclared-sends: modules.notifications -> payments.refund_payment",
    ),
    "an undeclared event": Plant(
        path="modules/gateway/use_cases.py",
        code="""
from modules.gateway import contracts

def planted(work):
    happened = contracts.PlantedHappened(name="1")
    work.append(happened)
""",
        refusal="undeclared-publishes: modules.gateway -> gateway.planted_happened",
    ),
    "the event that is not declared": Plant(
        path="modules/gateway/contracts/__init__.py",
        code="""
from typing import Protocol
from modules.kernel.contracts import event, interface

@event("gateway.planted_happened", key="name")
class PlantedHappened:
    name: str

@interface("gateway")
class PlantedInterface(Protocol): ...
""",
        refusal="undeclared-provides: modules.gateway -> PlantedInterface",
    ),
    "an undeclared handler and provider": Plant(
        path="modules/gateway/apps.py",
        code="""
_register = GatewayConfig.register

def _register_more(self, module):
    from modules.gateway.contracts import PlantedInterface
    from modules.payments.contracts import PaymentCaptured
    _register(self, module)
    module.handles(PaymentCaptured, print)
    module.provides(PlantedInterface, object())

GatewayConfig.register = _register_more
""",
        refusal="undeclared-consumes: modules.gateway -> payments.payment_captured",
    ),
    "an undeclared question": Plant(
        path="modules/shipping/service.py",
        code="""
from modules.catalog.contracts import Catalog
from modules.kernel import interfaces

def planted():
    return interfaces.get(Catalog)
""",
        refusal="undeclared-requires: modules.shipping -> catalog.Catalog",
    ),
    "a question that cannot be read": Plant(
        path="modules/inventory/service.py",
        code="from modules.kernel import interfaces\ndef planted(of): return interfaces.get(of)",
        refusal="unreadable: modules.inventory -> interfaces.get",
    ),
    "an undeclared route": Plant(
        path="modules/shipping/urls.py",
        code="""
from django.urls import path as planted_path
from django.views.decorators.http import require_POST

urlpatterns.append(planted_path("api/planted/<int:number>", require_POST(lambda request: None)))
""",
        refusal="undeclared-routes: modules.shipping -> POST /api/planted/<number>",
    ),
}

SYSTEM_CHECKS = [f"quarry.E{number:03}" for number in range(1, 12)]

RAW_SQL = """
from django.db import connection

def planted_raw():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ordering_plantedorder")

def planted_query_set(orders):
    return list(orders)
"""

CALL_RAW_SQL = """
import django
django.setup()
from modules.catalog import queries
from modules.ordering.models import PlantedOrder
from modules.kernel.boundaries.query_guard import ForeignTable
for act in (queries.planted_raw, lambda: queries.planted_query_set(PlantedOrder.objects.all())):
    try:
        act()
    except ForeignTable as refusal:
        print(refusal)
"""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This is a copy of the repository with all plants in it."""
    root = copy_of_the_repository(tmp_path_factory.mktemp("planted"))
    for violation in PLANTS.values():
        plant(root, violation.path, violation.code)
    plant(root, "config/settings/base.py", 'INSTALLED_APPS.append("modules.loyalty")')
    plant(root, "modules/catalog/queries.py", RAW_SQL)
    plant(root, "modules/payments/templates/planted/other.html", "<p>Of payments</p>")
    return root


@pytest.fixture(scope="module")
def report(planted: Path) -> subprocess.CompletedProcess[str]:
    """This is the report of the copy, as JSON."""
    return run(planted, "manage.py", "boundaries", "check", "--json")


@pytest.fixture(scope="module")
def system_check(planted: Path) -> str:
    """This is what ``manage.py check`` says of the copy."""
    checked = run(planted, "manage.py", "check")
    assert checked.returncode == 1
    return checked.stderr


class TestBoundariesCheck:
    def test_passes_the_repository(self) -> None:
        checked = run(ROOT, "manage.py", "boundaries", "check")

        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert checked.stdout.splitlines() == [
            "kept    Imports",
            "kept    Models, tables and reflection",
            "kept    Banned names",
            "kept    Manifests",
            "0 new, 0 known, 0 stale",
        ]

    @pytest.mark.parametrize("violation", PLANTS)
    def test_refuses(self, report: subprocess.CompletedProcess[str], violation: str) -> None:
        edges = {finding["edge"] for finding in json.loads(report.stdout)["findings"]}

        assert PLANTS[violation].refusal in edges

    def test_fails(self, report: subprocess.CompletedProcess[str]) -> None:
        assert report.returncode == 1
        assert json.loads(report.stdout)["ok"] is False

    def test_says_what_to_do(self, report: subprocess.CompletedProcess[str]) -> None:
        by_edge = {f["edge"]: f for f in json.loads(report.stdout)["findings"]}
        found = by_edge["foreign-key: modules.catalog.models -> ordering.PlantedOrder"]

        assert found["detail"] == (
            "PlantedPrice.order is a ForeignKey to ordering.PlantedOrder, a model of ordering; "
            "keep its key in a plain field and ask the owner, or keep a copy from its events"
        )


class TestSystemChecks:
    @pytest.mark.parametrize("identifier", SYSTEM_CHECKS)
    def test_refuse_by(self, system_check: str, identifier: str) -> None:
        assert f"({identifier})" in system_check


class TestQueryGuard:
    def test_refuses_raw_sql_and_a_query_set_handed_over(self, planted: Path) -> None:
        called = run(planted, "-c", CALL_RAW_SQL)
        source = (planted / "modules/catalog/queries.py").read_text().splitlines()
        lines = [
            source.index('        cursor.execute("SELECT id FROM ordering_plantedorder")') + 1,
            source.index("    return list(orders)") + 1,
        ]

        assert called.stdout.splitlines() == [
            f"modules/catalog/queries.py:{line}: catalog touches ordering_plantedorder, a table "
            "of ordering; ask the published interface of ordering, or keep a copy from its events"
            for line in lines
        ], called.stderr


class TestBaseline:
    def test_lets_known_violations_be_and_refuses_a_swap(
        self, planted: Path, report: subprocess.CompletedProcess[str], tmp_path: Path
    ) -> None:
        edges = [finding["edge"] for finding in json.loads(report.stdout)["findings"]]
        known = "\n".join(edges)
        assert known.count("console.use_cases -> modules.ordering.models") == 1
        baseline = tmp_path / "boundaries.baseline"
        baseline.write_text(known.replace("console.use_cases -> modules.ordering", "a -> modules"))

        swapped = run(planted, "manage.py", "boundaries", "check", "--baseline", str(baseline))

        assert swapped.returncode == 1
        lines = swapped.stdout.splitlines()
        assert "        import: modules.console.use_cases -> modules.ordering.models" in lines
        assert "stale   import: modules.a -> modules.models" in lines
        assert lines[-1] == f"1 new, {len(edges) - 1} known, 1 stale"
