"""What catalog publishes: its products, and the news that one has changed."""

from modules.catalog.contracts.events import ProductChanged
from modules.catalog.contracts.interface import Catalog, Product, ProductPage, UnknownProduct

__all__ = ["Catalog", "Product", "ProductPage", "ProductChanged", "UnknownProduct"]
