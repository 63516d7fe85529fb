"""Figure: how many orders go through while payments is copied, beside how many did before."""

from __future__ import annotations

import time
from dataclasses import asdict

from benchmarks.extraction.deployables import Deployables
from benchmarks.extraction.moves import moved
from benchmarks.extraction.options import Options
from benchmarks.extraction.shopping import Shoppers
from benchmarks.harness import Figure, spread_of

_FULFILLED = (
    "SELECT count(*) FROM messaging_message WHERE source = 'ordering' AND name ="
    " 'ordering.order_fulfilled' AND recorded_at BETWEEN to_timestamp(%s) AND to_timestamp(%s)"
)


def throughput(system: Deployables, options: Options) -> tuple[float, Figure]:
    """This keeps the system busy, and moves payments out of it meanwhile.

    Returns:
        How many orders went through in a second before, beside the figure.
    """
    shoppers = Shoppers(system)
    before, during, moves = [], [], []
    for number in range(options.rounds):
        if number:
            system.roll_back()
        with shoppers.as_many_as_it_bears(options.open):
            time.sleep(options.seconds / 3)  # The first are all at the same step.
            began = time.time()
            time.sleep(options.seconds)
            before.append(_fulfilled(system, began, time.time()))
            move = moved(system.cut_over())
        shoppers.wait_until_all_have_ended()
        during.append(_fulfilled(system, move.copied_from, move.fenced_at))
        moves.append(move)
    shares = spread_of([now / then for now, then in zip(during, before, strict=True)])
    return spread_of(before).median, Figure(
        name="orders fulfilled a second while payments is copied and catches up, against before",
        bar="≥ 0.7 ×",
        measured=f"{shares:.2f} ×",
        met=shares.median >= 0.7 and not shoppers.refusals(),
        details={"before": before, "during": during, "moves": [asdict(one) for one in moves]},
        note=f"{options.open} orders open at once, {system.payments:,} payments: "
        f"{spread_of(before):.1f} a second before, {spread_of(during):.1f} during; fenced for "
        f"{', '.join(f'{one.paused_seconds:.2f}' for one in moves)} s under all that; "
        f"{len(shoppers.refusals())} requests refused",
    )


def _fulfilled(system: Deployables, began: float, ended: float) -> float:
    [count] = system.database.row(_FULFILLED, (began, ended))
    return float(count / (ended - began))
