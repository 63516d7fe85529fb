"""Release N: an optional field has come and one has gone."""

from modules.kernel.contracts import event


@event("probe.priced", version=1, key="thing")
class Priced:
    thing: str
    price_minor: int
    currency: str = "EUR"
