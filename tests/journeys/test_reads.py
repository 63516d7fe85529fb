"""What read models show of an order, made of the news of several modules, wherever these run."""

from tests.journeys.conftest import PRICE_MINOR, Shop
from tests.topologies.plugin import System


class TestReadModels:
    def test_show_what_became_of_orders(self, system: System, shop: Shop) -> None:
        shop.sell("NW-001", on_hand=10)
        fulfilled = shop.place({"NW-001": 2})
        declined = shop.place({"NW-001": 1}, token="tok_declined")
        shop.deliver()

        found = system.client.get("/api/v1/orders/history?customer_id=ANATR&sku=NW-001").json()
        shown = {one["order_id"]: (one["status"], one["total_minor"]) for one in found["orders"]}
        assert shown[fulfilled] == ("fulfilled", 2 * PRICE_MINOR)
        assert shown[declined][0] == "failed"

        levels = system.client.get("/api/v1/availability?sku=NW-001").json()["levels"]
        assert [(one["on_hand"], one["available"]) for one in levels] == [(8, 8)]

        figures = system.client.get("/console/figures?format=json").json()
        assert sum(minute["placed"] for minute in figures["minutes"]) == 2
        assert figures["failures"] == [["payment-declined", 1]]
        assert figures["revenue"] == [["USD", 2 * PRICE_MINOR]]
