"""Who pays with credit: from the own account, and no other; and what is no refusal."""

from collections.abc import Iterator

import pytest

from modules.kernel import placements
from modules.kernel.messaging.testing import messages
from modules.kernel.placements import State, StoredPlacements, place
from modules.payments import queries, use_cases
from modules.payments.contracts import AuthorisePayment, PaymentAuthorised, PaymentDeclined
from modules.payments.domain.provider import ProviderUnavailable
from modules.payments.providers.store_credit import StoreCredit
from modules.payments.tests.banks import authorisation
from modules.payments.tests.conftest import Send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def accounts_of_two() -> None:
    for account_id in ("ann", "bob"):
        use_cases.deposit(
            account_id=account_id, entry_id=f"{account_id}-1", amount_minor=10_000, currency="USD"
        )


@pytest.fixture
def is_being_moved() -> Iterator[None]:
    """This has payments be in nobody's charge here, as it is for a moment while it moves."""
    process = StoredPlacements()
    before = placements.use(process)
    place("payments", state=State.STANDBY, epoch=1)
    process.refresh()
    yield
    placements.use(before)


def order_of_ann(token: str) -> AuthorisePayment:
    return AuthorisePayment(
        order_id="order-1",
        amount_minor=2500,
        currency="USD",
        payment_token=token,
        customer_id="ann",
    )


def held(account_id: str) -> int:
    account = queries.account(account_id)
    return account.balance_minor - account.available_minor


class TestTheAccount:
    def test_is_that_of_the_customer(self, send: Send) -> None:
        send(order_of_ann("credit"))
        assert len(messages(PaymentAuthorised)) == 1
        assert (held("ann"), held("bob")) == (2500, 0)

    @pytest.mark.parametrize("token", ["credit:bob", "credit:credit:bob", "credit:ann"])
    def test_is_not_for_the_customer_to_name(self, send: Send, token: str) -> None:
        send(order_of_ann(token))
        assert len(messages(PaymentDeclined)) == 1
        assert (held("ann"), held("bob")) == (0, 0)


def test_while_the_module_moves_it_is_tried_again_and_not_refused(is_being_moved: None) -> None:
    with pytest.raises(ProviderUnavailable):
        StoreCredit().authorise(authorisation("credit:ann"))
