"""Catalog in Django's admin: products are changed through the use case, so the news goes out."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from modules.catalog.domain import InvalidProduct, ProductDetails
from modules.catalog.models import Product
from modules.catalog.use_cases import put_product
from modules.kernel.messaging import unit_of_work


class ProductForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """This asks for a product and shows the domain's refusal beside the field it is about."""

    details: ProductDetails

    class Meta:
        model = Product
        fields = ("sku", "name", "category", "unit_price_minor", "currency")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        try:
            self.details = ProductDetails(**{"sku": self.instance.sku, **values})
        except InvalidProduct as error:
            self.add_error(str(error.facts["field"]), error.detail)
        return values


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """This is the clerk's page for products."""

    form = ProductForm
    list_display = ("sku", "name", "category", "unit_price_minor", "currency", "revision")
    list_filter = ("category",)
    search_fields = ("sku", "search_name")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Product | None = None
    ) -> tuple[str, ...]:
        return ("sku",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return False  # other modules keep copies; there is no news of a deletion

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        # Around the admin's own transaction, not inside it: on SQLite the use case would
        # wait for a turn that a writer holds who waits for this transaction's lock.
        with unit_of_work("catalog"):
            return super().changeform_view(request, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Product, form: ProductForm, change: bool
    ) -> None:
        put_product(form.details)
