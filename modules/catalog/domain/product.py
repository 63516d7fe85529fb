"""What makes a product fit to be sold.

Problem
└── Invalid
    └── InvalidProduct(sku, field)   code invalid-product
"""

import re
from dataclasses import dataclass

from modules.kernel.contracts import Invalid

#: A SKU stands in URLs, file names and bar codes: letters, digits and ``. _ -`` only.
_SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CURRENCY = re.compile(r"[A-Z]{3}")

LONGEST_NAME = 200
LONGEST_CATEGORY = 100
#: Ten million of a currency with two decimals: more than that is a slip of the finger.
HIGHEST_PRICE_MINOR = 1_000_000_000


class InvalidProduct(Invalid):
    """This says which field of a product breaks which rule."""

    code = "invalid-product"
    title = "The product cannot be sold like this"


def is_sku(text: str) -> bool:
    """This tells whether the text can be a SKU at all."""
    return _SKU.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDetails:
    """This is all that is said about a product, checked when it is made.

    Attributes:
        unit_price_minor: 0 for what is given away.
        currency: ISO 4217 code in capitals.

    Raises:
        InvalidProduct: a field breaks its rule.
    """

    sku: str
    name: str
    category: str
    unit_price_minor: int
    currency: str

    def __post_init__(self) -> None:
        if not is_sku(self.sku):
            self._refuse("sku", "is 1 to 64 letters, digits, dots, dashes and underscores")
        if not 0 < len(self.name.strip()) <= LONGEST_NAME:
            self._refuse("name", f"has 1 to {LONGEST_NAME} characters")
        if not 0 < len(self.category.strip()) <= LONGEST_CATEGORY:
            self._refuse("category", f"has 1 to {LONGEST_CATEGORY} characters")
        if not 0 <= self.unit_price_minor <= HIGHEST_PRICE_MINOR:
            self._refuse("unit_price_minor", f"is between 0 and {HIGHEST_PRICE_MINOR}")
        if not _CURRENCY.fullmatch(self.currency):
            self._refuse("currency", "is an ISO 4217 code of three capitals, such as USD")

    def _refuse(self, field: str, rule: str) -> None:
        value = getattr(self, field)
        raise InvalidProduct(f"{field} {rule}, not {value!r}", sku=self.sku, field=field)
