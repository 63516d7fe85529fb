"""The message that all contenders write: the size of an ordinary event of the system."""

from modules.kernel.contracts import event
from modules.kernel.messaging.catalogue import register_message

#: Messages are spread over so many keys.
KEYS = 1_000


@event("bench.thing_happened", key="thing")
class ThingHappened:
    thing: str
    number: int
    customer: str = "customer-0123456789"
    currency: str = "EUR"
    amount_minor: int = 129_900
    lines: tuple[str, ...] = ("sku-0001 x 2", "sku-0002 x 1", "sku-0003 x 5")


def thing(number: int) -> str:
    """This gives the key of the nth message."""
    return f"thing-{number % KEYS:06d}"


register_message(ThingHappened)
