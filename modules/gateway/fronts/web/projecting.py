"""From what a composition found to the web front end's shapes."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import slugify

from modules.catalog.contracts import Product
from modules.gateway.compositions.order_page import WholeOrder
from modules.gateway.compositions.order_progress import Progress, progress_of
from modules.gateway.compositions.storefront import Offer


def shown_offer(request: HttpRequest, offer: Offer) -> dict[str, Any]:
    """This shows a product as it is offered."""
    product = offer.product
    return {
        "sku": product.sku,
        "name": product.name,
        "category": product.category,
        "unit_price_minor": product.unit_price_minor,
        "currency": product.currency,
        "available": offer.available,
        "availability": offer.availability,
        "picture": picture_of(request, product),
    }


def shown_order(request: HttpRequest, page: WholeOrder) -> dict[str, Any]:
    """This shows an order with all that was found of it."""
    order, progress = page.order, progress_of(page.order)
    return {
        "order_id": order.order_id,
        "status": order.status,
        "currency": order.currency,
        "total_minor": order.total_minor,
        "placed_at": order.placed_at,
        "failure": order.failure,
        "progress": progress,
        "lines": [
            {
                "sku": line.sku,
                "name": line.name,
                "category": product.category if product else None,
                "picture": picture_of(request, product) if product else None,
                "quantity": line.quantity,
                "unit_price_minor": line.unit_price_minor,
                "discount_percent": line.discount_percent,
                "total_minor": line.total_minor,
            }
            for line in order.lines
            for product in (page.products.get(line.sku),)
        ],
        "ship_to": order.ship_to,
        "payment": page.payment if page.payment and page.payment.status != "none" else None,
        "shipment": page.shipment,
        "timeline": page.timeline,
        "links": _links(request, order.order_id, progress),
        "parts": page.states,
    }


def picture_of(request: HttpRequest, product: Product) -> str:
    """This is the URL of a product's picture."""
    return request.build_absolute_uri(
        reverse("shop:art", args=[slugify(product.category) or "any", product.sku])
    )


def _links(request: HttpRequest, order_id: str, progress: Progress) -> dict[str, str | None]:
    def url(name: str) -> str:
        return request.build_absolute_uri(reverse(name, args=[order_id]))

    return {
        "self": url("web:order"),
        "events": url("web:order-events"),
        "page": url("shop:order"),
        "cancel": url("web:order-cancel") if progress.cancellable else None,
        "give_back": url("web:order-return") if progress.returnable else None,
    }
