from modules.kernel.contracts import event


@event("catalog.product_changed", version=1, key="sku")
class ProductChanged:
    """A product was announced or changed; carries its full state (event-carried state transfer).

    Attributes:
        revision: rises by one with each change of the product; a reader that keeps a copy
            ignores what is not newer than what it has.
    """

    sku: str
    name: str
    category: str
    unit_price_minor: int
    currency: str
    revision: int
