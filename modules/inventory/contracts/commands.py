from dataclasses import dataclass

from modules.kernel.contracts import command


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    sku: str
    quantity: int


@command("inventory.reserve_stock", version=1, key="order_id")
class ReserveStock:
    """Keep the goods for the order, all lines or none. Answered by reserved or refused."""

    order_id: str
    lines: tuple[StockLine, ...]


@command("inventory.pick_stock", version=1, key="order_id")
class PickStock:
    """Take the reserved goods from the shelf. Answered by picked, or lapsed if too late."""

    order_id: str


@command("inventory.release_stock", version=1, key="order_id")
class ReleaseStock:
    """Put everything back that is reserved or picked for the order. Answered by released.

    Also right before the reservation has arrived: a late one is then refused.
    """

    order_id: str


# Internal: sent by inventory to itself, and not exported from `contracts`.


@command("inventory.expire_reservation", version=1, key="order_id")
class ExpireReservation:
    """End the reservation if it is still one. Answered by nothing: nobody waits for it."""

    order_id: str
