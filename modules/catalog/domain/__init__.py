"""The rules of what may be sold; no Django."""

from modules.catalog.domain.product import InvalidProduct, ProductDetails, is_sku
from modules.catalog.domain.words import searchable, words_of

__all__ = ["ProductDetails", "InvalidProduct", "is_sku", "searchable", "words_of"]
