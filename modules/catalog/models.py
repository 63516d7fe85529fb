"""Catalog's one table."""

from django.db import models

from modules.catalog.domain.product import LONGEST_CATEGORY, LONGEST_NAME


class Product(models.Model):
    """This is a product as it is sold today; never deleted, since others keep copies of it.

    Attributes:
        search_name: the name as `domain.searchable` gives it.
        revision: how often it has changed, from 1; the same number travels in ProductChanged.
    """

    sku = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=LONGEST_NAME)
    search_name = models.TextField(editable=False)
    category = models.CharField(max_length=LONGEST_CATEGORY)
    unit_price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    revision = models.PositiveIntegerField(editable=False)

    class Meta:
        indexes = (models.Index(fields=["category", "sku"], name="catalog_product_category"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(unit_price_minor__gte=0), name="catalog_product_price"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.sku})"
