"""Violations that are no imports, one for each rule, to be planted in a copy of the repository."""

from tests.architecture.planting import Plant

MODEL = "from django.db import models as planted\n"

VIOLATIONS = {
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
    "an undeclared dependency": Plant(
        path="modules/shipping/carriers/__init__.py",
        code="from modules.payments.contracts import PaymentCaptured",
        refusal="undeclared-dependency: modules.shipping.carriers -> modules.payments.contracts",
    ),
    "an undeclared command, made under another name": Plant(
        path="modules/catalog/use_cases.py",
        code="""
from modules.shipping.contracts import CancelShipment

planted_make = CancelShipment
""",
        refusal="undeclared-sends: modules.catalog -> shipping.cancel_shipment",
    ),
    "an undeclared table": Plant(
        path="modules/payments/models.py",
        code="class PlantedOwn(planted.Model): pass",
        refusal="undeclared-owns: modules.payments -> payments_plantedown",
    ),
    "a question asked under another name": Plant(
        path="modules/ordering/service.py",
        code="from modules.kernel import interfaces\nplanted_ask = interfaces.get",
        refusal="unreadable: modules.ordering -> interfaces.get",
    ),
    "a question asked around the manifest": Plant(
        path="modules/catalog/service.py",
        code="""
from modules.kernel.interfaces import registry

def planted():
    return registry.find("payments", "Payments").provider.takings()
""",
        refusal=(
            "interface-bypass: modules.catalog.service -> modules.kernel.interfaces.registry.find"
        ),
    ),
    "a policy for what is not required": Plant(
        path="modules/shipping/module.toml",
        code='[policies."catalog.Catalog"]\ntimeout_seconds = 1.0',
        refusal="unused-policies: modules.shipping -> catalog.Catalog",
    ),
    "retries that multiply": Plant(
        path="modules/gateway/module.toml",
        code="""
[policies."inventory.Inventory.stock"]
timeout_seconds = 8.0
attempt_timeout_seconds = 1.5
retry = { attempts = 3 }
""",
        refusal="retry-amplification: modules.gateway -> inventory.Inventory -> catalog.Catalog",
    ),
    "a deadline shorter than what it contains": Plant(
        path="modules/inventory/module.toml",
        code="""
[policies."catalog.Catalog.planted"]
timeout_seconds = 7.0
attempt_timeout_seconds = 1.5
retry = { attempts = 3 }
""",
        refusal="deadline-too-short: modules.gateway -> inventory.Inventory -> catalog.Catalog",
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
