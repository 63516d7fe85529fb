"""What a request sets off can be found again."""

import json

import pytest
from django.test import Client

from modules.kernel.http.testing import bearer
from modules.kernel.messaging.models import Message

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.django_db(transaction=True)
def test_the_trace_of_a_request_goes_on_in_the_messages_it_causes() -> None:
    Client(headers=bearer()).put(
        "/api/v1/catalog/products/TEA",
        json.dumps({"name": "Tea", "category": "Drinks", "unit_price_minor": 1, "currency": "USD"}),
        content_type="application/json",
        headers={"traceparent": f"00-{TRACE_ID}-b7ad6b7169203331-01"},
    )
    message = Message.objects.get(name="catalog.product_changed")
    assert json.loads(message.headers)["traceparent"].split("-")[1] == TRACE_ID
