import pytest

from modules.console.tests.doubles import InventoryDouble, OrderingDouble
from modules.inventory.contracts import Inventory
from modules.kernel import interfaces
from modules.ordering.contracts import Ordering


@pytest.fixture
def other_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """This has doubles answer for the modules whose interfaces the console asks."""
    answers: dict[type, object] = {Ordering: OrderingDouble(), Inventory: InventoryDouble()}
    monkeypatch.setattr(interfaces, "get", answers.__getitem__)
