"""The published interface `Payments`, answered from the read side."""

from modules.kernel.interfaces import current_principal
from modules.payments import queries
from modules.payments.contracts import PaymentStatus, Takings


class PaymentsService:
    """This answers other modules' questions about money."""

    def status(self, *, order_id: str) -> PaymentStatus:
        return queries.status_of(order_id, asked_by=current_principal())

    def takings(self) -> tuple[Takings, ...]:
        return queries.takings()
