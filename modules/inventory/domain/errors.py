"""What can be wrong with a request to set stock.

Problem
├── Invalid
│   └── InvalidStock(field)                          code invalid-stock
└── Conflict
    ├── StockReservedAlready(sku, on_hand, reserved) code stock-reserved
    └── StockElsewhere(sku, on_hand, lowest)         code stock-elsewhere
"""

from modules.kernel.contracts import Conflict, Invalid


class InvalidStock(Invalid):
    """This says which value can be no stock, no quantity or no name."""

    code = "invalid-stock"
    title = "Stock cannot be kept like this"


class StockReservedAlready(Conflict):
    """This says that more is kept for customers than there would be on hand."""

    code = "stock-reserved"
    title = "More is reserved than would be on hand"


class StockElsewhere(Conflict):
    """This says that the main location cannot give as much as the total is to fall."""

    code = "stock-elsewhere"
    title = "The stock to be removed is not at the main location"
