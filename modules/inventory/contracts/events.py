from modules.kernel.contracts import event


@event("inventory.stock_reserved", version=1, key="order_id")
class StockReserved:
    order_id: str


@event("inventory.stock_refused", version=1, key="order_id")
class StockRefused:
    """Attributes: code is out-of-stock; sku is the first line that could not be had."""

    order_id: str
    code: str
    detail: str
    sku: str
    requested: int
    available: int


@event("inventory.stock_picked", version=1, key="order_id")
class StockPicked:
    order_id: str


@event("inventory.reservation_lapsed", version=1, key="order_id")
class ReservationLapsed:
    """The reservation had expired when it was to be picked, or was never there.

    Attributes: code is out-of-stock.
    """

    order_id: str
    code: str
    detail: str


@event("inventory.stock_returned", version=1, key="order_id")
class StockReturned:
    """What had been picked for the order is back on the shelf."""

    order_id: str


@event("inventory.stock_released", version=1, key="order_id")
class StockReleased:
    order_id: str


@event("inventory.stock_level_changed", version=1, key="sku")
class StockLevelChanged:
    """What is on a shelf now, after a change."""

    sku: str
    location: str
    on_hand: int
    reserved: int
