"""Orders in bulk: taken in at once, each placed by itself afterwards."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from modules.kernel.contracts import Invalid, new_id
from modules.kernel.messaging import unit_of_work
from modules.partners import queries
from modules.partners.contracts import ImportReused, OrderImport, RequestedOrder
from modules.partners.contracts.commands import PlaceLine
from modules.partners.models import Import, ImportLine

ORDERS_MAX = 1000


def import_orders(
    *, partner: str, orders: Sequence[RequestedOrder], idempotency_key: str, now: datetime
) -> OrderImport:
    """This takes orders in, once for each key. Raises: ImportReused, Invalid."""
    if not 1 <= len(orders) <= ORDERS_MAX:
        raise Invalid(f"an import has 1 to {ORDERS_MAX} orders, not {len(orders)}")
    reference, times = Counter(order.reference for order in orders).most_common(1)[0]
    if times > 1:
        raise Invalid(f"the reference {reference!r} stands in {times} orders; each has its own")
    texts = [msgspec.json.encode(order).decode() for order in orders]
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    with unit_of_work("partners") as work:
        made, is_new = Import.objects.get_or_create(
            partner=partner,
            key=idempotency_key,
            defaults={"id": new_id(), "digest": digest, "created_at": now},
        )
        if not is_new and made.digest != digest:
            raise ImportReused(
                f"the key {idempotency_key!r} was used with other orders", key=idempotency_key
            )
        if is_new:
            lines = [
                ImportLine(
                    id=new_id(), of=made, number=number, reference=order.reference, order=text
                )
                for number, (order, text) in enumerate(zip(orders, texts, strict=True))
            ]
            ImportLine.objects.bulk_create(lines)
            work.append_all([PlaceLine(line_id=str(line.id)) for line in lines])
    return queries.order_import(partner=partner, import_id=str(made.id))


def note_line(*, line_id: str, order_id: str, code: str, detail: str) -> None:
    """This notes what became of a line, and forgets what it had asked for."""
    with unit_of_work("partners"):
        ImportLine.objects.filter(id=line_id).update(
            state=ImportLine.State.REFUSED if code else ImportLine.State.PLACED,
            order_id=order_id,
            code=code,
            detail=detail,
            order="",
        )
