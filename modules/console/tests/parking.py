"""A message that no handler can read: its data do not fit its class, so it ends up parked."""

from dataclasses import dataclass

from django.db.models.functions import Now

from modules.kernel.contracts import new_id
from modules.kernel.messaging import unit_of_work
from modules.kernel.messaging.models import Message, SetAside
from modules.kernel.messaging.testing import drain
from modules.payments.contracts import AuthorisePayment

NAME = "payments.authorise_payment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """This is where the parked message is, and the page about it."""

    position: int

    @property
    def page(self) -> str:
        return f"/console/messages/set-aside/payments/default/{self.position}"


def park(key: str = "o-1", *, behind: int = 0) -> Parked:
    """This parks a command to payments, with so many others of its key behind it."""
    with unit_of_work("ordering") as work:
        work.append_all([_command(key) for _ in range(behind + 1)])
    torn = Message.objects.filter(name=NAME, key=key).order_by("id").first()
    assert torn is not None
    torn.data = '{"order_id": 7}'
    torn.save(update_fields=["data"])
    drain()
    mine = SetAside.objects.filter(message_id=torn.message_id)
    while mine.exclude(state=SetAside.State.PARKED).update(due_at=Now()):
        drain()
    return Parked(position=mine.get().pos)


def _command(key: str) -> AuthorisePayment:
    return AuthorisePayment(
        order_id=key, amount_minor=1450, currency="USD", payment_token=f"tok_ok_{new_id()}"
    )
