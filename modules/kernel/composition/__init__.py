"""An answer made of several questions: declared as parts, asked at once, each with its deadline.

    ORDER_PAGE = Composition(
        name="web.order",
        seconds=3.0,
        parts=(
            Part(name="order", ask=_order, seconds=2.0, required=True),
            Part(name="shipment", ask=_shipment, seconds=1.0),
            Part(name="products", ask=_products, seconds=1.0, needs=("order",)),
        ),
    )
    page = compose(ORDER_PAGE, ByOrder(order_id=…))

Used by whatever stands between clients and modules. What a part gives, and what becomes of it,
is the declarer's; that nothing is waited for past its deadline is this package's.
"""

from modules.kernel.composition.composing import compose
from modules.kernel.composition.declaring import BadComposition, Composed, Composition, Part, State
from modules.kernel.composition.errors import PartUnavailable

__all__ = [
    "Composition",
    "Part",
    "compose",
    "Composed",
    "State",
    "PartUnavailable",
    "BadComposition",
]
