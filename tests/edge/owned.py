"""What is somebody's: asked for by `test_owners`, and held against all routes."""

from django.test import Client

from modules.kernel.http.testing import bearer
from modules.kernel.messaging.testing import drain
from tests.edge.sending import asks, send
from tests.journeys.conftest import Shop
from tests.topologies.plugin import System

#: Whose the things are, and who asks for them.
OWNER, ANOTHER = "ANATR", "BLONP"

#: What is asked for on behalf of others, with the status for the owner and for somebody else. A
#: route with an id in its path stands here, or its manifest says by `shared` why nobody owns it.
#: The id is one that `things` gives, by its name there.
OWNED: list[tuple[str, str, int, int]] = [
    ("GET", "/api/v1/orders/{order}", 200, 404),
    ("POST", "/api/v1/orders/{order}/cancel", 409, 404),
    ("GET", "/api/v1/payments/{order}", 200, 404),
    ("GET", "/api/v1/shipping/shipments/{order}", 200, 404),
    ("POST", "/api/v1/shipping/shipments/{order}/return", 200, 404),
    ("GET", "/api/v1/notifications?order_id={order}", 200, 404),
    ("GET", "/api/v1/payments/accounts/ANATR", 200, 404),
    ("GET", "/api/v1/payments/accounts/ANATR/entries", 200, 404),
    ("POST", "/api/v1/payments/accounts/ANATR/deposits", 200, 403),
    ("POST", "/api/v1/payments/accounts/ANATR/withdrawals", 200, 403),
    ("GET", "/api/v1/orders?customer_id=ANATR", 200, 403),
    ("GET", "/api/v1/orders/history?customer_id=ANATR", 200, 403),
    ("GET", "/mobile/orders/{order}", 200, 404),
    ("GET", "/partner/v1/orders/{order}", 200, 404),
    ("POST", "/partner/v1/orders/{order}/cancel", 409, 404),
    ("GET", "/partner/v1/imports/{import}", 200, 404),
    ("GET", "/partner/v1/webhooks/{endpoint}", 200, 404),
    ("PATCH", "/partner/v1/webhooks/{endpoint}", 200, 404),
    ("DELETE", "/partner/v1/webhooks/{endpoint}", 204, 404),
    ("POST", "/partner/v1/webhooks/{endpoint}/secret", 201, 404),
    ("GET", "/partner/v1/webhooks/{endpoint}/deliveries", 200, 404),
    ("POST", "/partner/v1/webhooks/{endpoint}/replay", 202, 404),
]

#: Scopes that no route asks for as a whole, and what does.
ASKED_FOR_INSIDE: dict[str, str] = {"orders:import": "an order, if it names prices of its own"}

#: What is sent with each of them: a route takes what it knows.
BODY: dict[str, object] = {"entry_id": "2", "amount_minor": 5, "currency": "USD"}

SHIP_TO = {
    "name": "Ana Trujillo",
    "line1": "Avda. de la Constitución 2222",
    "city": "México",
    "postal_code": "05021",
    "country": "Mexico",
}
IMPORTED = {
    "reference": "a",
    "currency": "USD",
    "lines": [{"sku": "TEA", "quantity": 1}],
    "ship_to": SHIP_TO,
    "payment_token": "tok_ok",
}


def things() -> dict[str, str]:
    """This makes what the owner has, and gives its ids by the names that `OWNED` has for them."""
    shop = Shop(System(client=Client(headers=bearer()), drain=drain))
    shop.sell("TEA", on_hand=10)
    order_id = shop.place({"TEA": 1})
    shop.deliver()
    paid_in = {"entry_id": "1", "amount_minor": 5, "currency": "USD"}
    send(bearer(), "POST", f"/api/v1/payments/accounts/{OWNER}/deposits", paid_in)
    partner = asks("/partner/v1", OWNER) | {"Idempotency-Key": "1"}
    imported = send(partner, "POST", "/partner/v1/imports", {"orders": [IMPORTED]})
    hook = {"url": "https://anatr.example/hooks"}
    made = send(partner, "POST", "/partner/v1/webhooks", hook)
    return {
        "order": order_id,
        "import": imported.json()["import_id"],
        "endpoint": made.json()["endpoint"]["endpoint_id"],
    }
