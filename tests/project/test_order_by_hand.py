"""The order that docs/operating.md has somebody place by hand, with each token of its table."""

import json
import re
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from modules.kernel.messaging.testing import drain
from modules.payments.providers import sandbox
from tests.project.console_blocks import commands_in
from tests.project.test_docs import ROOT

OPERATING = ROOT / "docs" / "operating.md"
SECTION = OPERATING.read_text().split("### Paying in the sandbox")[1].split("\n### ")[0]
ORDER: dict[str, Any] = json.loads(SECTION.split("```json\n")[1].split("```")[0])
#: By token what the table says of the order.
TOKENS = dict(re.findall(r"^\| `(tok_\w+|credit)`[^|]* \| ([^;|]*)", SECTION, re.MULTILINE))

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demo() -> None:
    """This is what `make run` has laden before it serves."""
    call_command("load_demo_catalogue", stdout=StringIO())
    call_command("load_demo_stock", stdout=StringIO())
    drain()


def place(token: str) -> dict[str, Any]:
    """This places the order as the command does, and gives what has become of it."""
    (command,) = [one.words for one in commands_in(OPERATING) if "@order.json" in one.words]
    headers = [word for flag, word in pairwise(command) if flag == "--header"]
    asked = re.search(r"manage\.py (token .*)\)", headers[0])
    assert asked is not None
    said = StringIO()
    call_command(*asked[1].split(), stdout=said)
    customer = Client(headers={"Authorization": f"Bearer {said.getvalue().strip()}"})
    placed = customer.post(
        "/api/v1/orders",
        {**ORDER, "payment_token": token},
        content_type="application/json",
        headers=dict([headers[1].split(": ")]),
    )
    assert placed.status_code == 202, placed.text
    drain(until_idle=True)
    said = StringIO()
    call_command("token", "--subject", "ann", "--scopes", "orders:read", stdout=said)
    reader = Client(headers={"Authorization": f"Bearer {said.getvalue().strip()}"})
    order: dict[str, Any] = reader.get(placed.headers["Location"]).json()
    return order


def test_the_table_names_each_token_that_the_sandbox_knows() -> None:
    assert {*TOKENS} == {sandbox.OK, sandbox.FLAKY, sandbox.TIMEOUT, "tok_declined", "credit"}


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("token", ["tok_ok", "tok_flaky", "tok_declined", "tok_timeout"])
def test_the_order_ends_as_the_table_says(token: str) -> None:
    order = place(token)
    ended = order["status"]
    if order["failure"]:
        ended += f": `{order['failure']['code']}`"
    assert ended == TOKENS[token].strip()
