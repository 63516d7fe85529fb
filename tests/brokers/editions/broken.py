"""What `manage.py contracts check` refuses: a field that others read has another name."""

from modules.kernel.contracts import event


@event("probe.priced", version=1, key="thing")
class Priced:
    thing: str
    price_cents: int
