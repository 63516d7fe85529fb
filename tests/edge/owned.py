"""What is somebody's: asked for by `test_other_customers`, and held against all routes."""

#: What is asked for on behalf of others, with the status for the owner and for somebody else. A
#: route with an id in its path stands here, or its manifest says by `shared` why nobody owns it.
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
