"""What the tests of payments ask for again and again."""

from collections.abc import Callable

import pytest

from modules.kernel.http.testing import house_client
from modules.kernel.messaging.testing import deliver, drain, messages
from modules.payments.contracts import AuthorisePayment

Send = Callable[..., None]

#: Fixtures of others.
__all__ = ["house_client"]


@pytest.fixture
def send() -> Send:
    """This sends commands as ordering would and waits until nothing moves any more."""

    def send_and_settle(*commands: object) -> None:
        for command in commands:
            deliver(command, source="ordering")
        drain(until_idle=True)

    return send_and_settle


def authorise(
    order_id: str = "order-1", *, token: str = "tok_ok", amount_minor: int = 2500
) -> AuthorisePayment:
    """This is a request for 25 dollars with a good card."""
    return AuthorisePayment(
        order_id=order_id, amount_minor=amount_minor, currency="USD", payment_token=token
    )


def only(message_class: type) -> object:
    """This gives the one message of a class that was appended."""
    found: list[object] = messages(message_class)
    [message] = found
    return message
