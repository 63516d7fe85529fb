"""Release N−1 of the contract; what still runs while the next one goes out."""

from modules.kernel.contracts import event


@event("probe.priced", version=1, key="thing")
class Priced:
    thing: str
    price_minor: int
    remark: str = ""
