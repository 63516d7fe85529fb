from typing import Any

import pytest

from modules.catalog.contracts import Catalog
from modules.gateway.tests.doubles import (
    CatalogDouble,
    InventoryDouble,
    OrderingDouble,
    PaymentsDouble,
    ShippingDouble,
)
from modules.inventory.contracts import Inventory
from modules.kernel import interfaces
from modules.ordering.contracts import Ordering
from modules.payments.contracts import Payments
from modules.shipping.contracts import Shipping


@pytest.fixture
def inventory() -> InventoryDouble:
    return InventoryDouble()


@pytest.fixture
def ordering(monkeypatch: pytest.MonkeyPatch, inventory: InventoryDouble) -> OrderingDouble:
    """What the front ends ask, answered by stand-ins; this is the one that remembers."""
    ordering = OrderingDouble()
    answers: dict[type, Any] = {
        Catalog: CatalogDouble(),
        Inventory: inventory,
        Ordering: ordering,
        Payments: PaymentsDouble(ordering),
        Shipping: ShippingDouble(ordering),
    }
    monkeypatch.setattr(interfaces, "get", answers.__getitem__)
    return ordering
