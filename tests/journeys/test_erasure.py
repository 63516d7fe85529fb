"""A customer erased: nothing readable of them is left where the kernel keeps things."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from modules.kernel.eventstore import chain
from modules.kernel.messaging.testing import drain
from modules.payments import use_cases
from modules.payments.models import accounts
from modules.payments.queries import sum_of_postings
from tests.journeys.conftest import Shop

pytestmark = pytest.mark.one_process  # It looks through one database.

#: What the shop knows of its customer ANATR.
PERSONAL = ("Ana Trujillo", "Avda. de la Constitución", "México", "05021")

KERNEL = ("messaging_", "eventstore_", "sagas_", "readmodels_")
READ_MODELS = ("ordering_history", "inventory_availability", "console_figure")


def kept() -> str:
    """This gives everything in the kernel's tables and in read models as one text."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(KERNEL + READ_MODELS):
                cursor.execute(f"SELECT * FROM {table}")
                found += [repr(row) for row in cursor.fetchall()]
    return "\n".join(found)


class TestACustomerWhoIsErased:
    def test_is_nowhere_readable_and_everything_goes_on(self, client: Client, shop: Shop) -> None:
        use_cases.deposit(
            account_id="ANATR",
            entry_id="first",
            amount_minor=50_000,
            currency="USD",
            holder_name="Ana Trujillo",
        )
        shop.sell("NW-001", on_hand=10)
        order_id = shop.place({"NW-001": 2}, token="credit")
        shop.deliver()
        assert shop.order(order_id)["status"] == "fulfilled"
        with connection.cursor() as cursor:
            cursor.execute("SELECT data FROM messaging_message")
            log = "\n".join(row[0] for row in cursor.fetchall())
        assert [text for text in PERSONAL if text in log] == []
        while chain.seal("default"):
            pass

        call_command("eventstore", "erase", "ANATR", "--reason", "asked for it", verbosity=0)

        assert [text for text in PERSONAL if text in kept()] == []
        assert accounts.load("ANATR").state.holder_name == "[erased]"
        assert sum_of_postings() == {"USD": 0}
        call_command("eventstore", "verify", verbosity=0)
        for name in ("ordering.order_history", "console.live_figures", "inventory.availability"):
            call_command("readmodels", "rebuild", name, verbosity=0)
        found = client.get("/api/v1/orders/history", {"customer_id": "ANATR"}).json()
        assert [order["order_id"] for order in found["orders"]] == [order_id]
        # And the shop goes on for those who are not.
        other = shop.place({"NW-001": 1})
        drain(until_idle=True)
        assert shop.order(other)["status"] in ("fulfilled", "failed")


@pytest.mark.parametrize("text", PERSONAL)
def test_what_is_looked_for_is_what_the_shop_knows(shop: Shop, text: str) -> None:
    """This would pass with anything if the order did not carry it."""
    shop.sell("NW-001", on_hand=10)
    shop.place({"NW-001": 1})
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ordering_order")
        assert text in repr(cursor.fetchall())
