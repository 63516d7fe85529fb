"""`reserve_stock`: keep the goods for an order, all lines or none."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta

from modules.inventory.contracts import ReserveStock, StockRefused, StockReserved
from modules.inventory.contracts.commands import ExpireReservation
from modules.inventory.domain import (
    Allocation,
    ReservationState,
    Shortage,
    allocate,
    demand_of,
)
from modules.inventory.models import Reservation, ReservationLine, Stock
from modules.inventory.use_cases.locks import announce, locked_reservation, locked_stock
from modules.inventory.use_cases.outcome import Outcome
from modules.kernel.messaging import UnitOfWork, unit_of_work


def reserve_stock(command: ReserveStock, *, expires_after: timedelta) -> Outcome:
    """This keeps the goods until they are picked or released, at most for `expires_after`.

    Answered by StockReserved or StockRefused; a repeated command by the same again. An
    order that was released, before or after its reservation, is refused.

    Raises:
        InvalidStock: a line asks for less than one piece.
    """
    demand = demand_of(command.lines)
    with unit_of_work("inventory") as work:
        # Two first commands of one order at once would both see None here; the primary key
        # lets one of them through, and the other is tried again and finds it.
        reservation = locked_reservation(command.order_id)
        if reservation is not None:
            work.append(_answer_again(reservation, demand))
            return Outcome.DUPLICATE
        rows = locked_stock(skus=demand)
        decision = allocate(demand, (row.shelf() for row in rows))
        if isinstance(decision, Shortage):
            Reservation.objects.create(
                order_id=command.order_id,
                state=ReservationState.REFUSED,
                refusal=asdict(decision),
            )
            work.append(_refused(command.order_id, decision))
            return Outcome.REFUSED
        _reserve(work, command.order_id, decision, rows, expires_after)
        work.append(StockReserved(order_id=command.order_id))
    return Outcome.DONE


def _reserve(
    work: UnitOfWork,
    order_id: str,
    allocations: tuple[Allocation, ...],
    rows: list[Stock],
    expires_after: timedelta,
) -> None:
    by_shelf = {(row.sku, row.location_id): row for row in rows}
    chosen = {by_shelf[one.sku, one.location]: one.quantity for one in allocations}
    for row, quantity in chosen.items():
        row.reserved = row.shelf().reserve(quantity).reserved
    Stock.objects.bulk_update(chosen, ["reserved"])
    announce(work, chosen)
    reservation = Reservation.objects.create(
        order_id=order_id,
        state=ReservationState.RESERVED,
        expiry_id=work.schedule(ExpireReservation(order_id=order_id), after=expires_after),
    )
    ReservationLine.objects.bulk_create(
        ReservationLine(reservation=reservation, stock=row, quantity=quantity)
        for row, quantity in chosen.items()
    )


def _answer_again(
    reservation: Reservation, demand: Mapping[str, int]
) -> StockReserved | StockRefused:
    if reservation.state in (ReservationState.RESERVED, ReservationState.PICKED):
        return StockReserved(order_id=reservation.order_id)
    if reservation.state == ReservationState.REFUSED and reservation.refusal:
        return _refused(reservation.order_id, Shortage(**reservation.refusal))
    # Released or lapsed: whatever is on the shelves, there is nothing for this order any more.
    sku, requested = next(iter(demand.items()), ("", 0))
    return StockRefused(
        order_id=reservation.order_id,
        code="out-of-stock",
        detail=f"the reservation is {reservation.state}, and an order has only one",
        sku=sku,
        requested=requested,
        available=0,
    )


def _refused(order_id: str, shortage: Shortage) -> StockRefused:
    return StockRefused(
        order_id=order_id,
        code="out-of-stock",
        detail=f"{shortage.requested} of {shortage.sku} asked for, {shortage.available} available",
        sku=shortage.sku,
        requested=shortage.requested,
        available=shortage.available,
    )
