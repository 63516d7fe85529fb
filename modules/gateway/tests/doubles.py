"""Stand-ins for what the shop asks of other modules, each after its published Protocol."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from modules.catalog.contracts import Product, ProductPage, UnknownProduct
from modules.inventory.contracts import StockLevel, UnknownSku
from modules.kernel.interfaces import current_principal
from modules.ordering.contracts import (
    Basket,
    BasketLine,
    EmptyBasket,
    Order,
    OrderLine,
    OrderMoment,
    OrderNotCancellable,
    OrderPage,
    OrderPayment,
    OrderShipment,
    OrderSummary,
    PlaceOrder,
    UnknownOrder,
)
from modules.payments.contracts import PaymentStatus
from modules.shipping.contracts import Address, NotReturnable, ShipmentStatus, UnknownShipment

MUG = Product(
    sku="MUG", name="Stone mug", category="Kitchen", unit_price_minor=1450, currency="USD"
)
LAMP = Product(
    sku="LAMP", name="Slate lamp", category="Lighting", unit_price_minor=8900, currency="USD"
)


class CatalogDouble:
    """This sells two products."""

    sold = (LAMP, MUG)

    def product(self, *, sku: str) -> Product:
        for product in self.sold:
            if product.sku == sku:
                return product
        raise UnknownProduct(f"no product has the SKU {sku}", sku=sku)

    def products(
        self, *, category: str = "", search: str = "", cursor: str = "", limit: int = 50
    ) -> ProductPage:
        return ProductPage(
            products=tuple(
                product
                for product in self.sold
                if category in ("", product.category) and search.lower() in product.name.lower()
            )
        )

    def named(self, *, skus: tuple[str, ...]) -> tuple[Product, ...]:
        return tuple(product for product in self.sold if product.sku in skus)

    def categories(self) -> tuple[str, ...]:
        return tuple(product.category for product in reversed(self.sold))


class InventoryDouble:
    """This has forty of one and three of the other."""

    def __init__(self) -> None:
        self.available = {"MUG": 40, "LAMP": 3}

    def level(self, *, sku: str) -> StockLevel:
        for level in self.levels(skus=(sku,)):
            return level
        raise UnknownSku(f"no stock is kept of {sku}", sku=sku)

    def levels(self, *, skus: tuple[str, ...] = ()) -> tuple[StockLevel, ...]:
        return tuple(
            StockLevel(sku=sku, on_hand=available, reserved=0, available=available)
            for sku, available in sorted(self.available.items())
            if not skus or sku in skus
        )


class OrderingDouble:
    """This keeps baskets and orders; orders stay as they are until a test moves them."""

    def __init__(self) -> None:
        self.baskets: dict[str, dict[str, int]] = {}
        self.checked_out: dict[str, str] = {}
        self.placed: dict[str, Order] = {}

    def place_order(self, request: PlaceOrder, *, idempotency_key: str) -> OrderSummary:
        raise NotImplementedError("the shop orders from a basket only")

    def basket(self, *, basket_id: str) -> Basket:
        lines = tuple(
            BasketLine(
                sku=sku,
                name=product.name,
                quantity=quantity,
                unit_price_minor=product.unit_price_minor,
                total_minor=product.unit_price_minor * quantity,
            )
            for sku, quantity in self.baskets.get(basket_id, {}).items()
            for product in (CatalogDouble().product(sku=sku),)
        )
        return Basket(
            basket_id=basket_id,
            currency="USD",
            lines=lines,
            total_minor=sum(line.total_minor for line in lines),
        )

    def put_in_basket(self, *, basket_id: str, sku: str, quantity: int) -> Basket:
        chosen = self.baskets.setdefault(basket_id, {})
        chosen[sku] = quantity
        if not quantity:
            del chosen[sku]
        return self.basket(basket_id=basket_id)

    def check_out_basket(
        self, *, basket_id: str, customer_id: str, ship_to: Address, payment_token: str
    ) -> OrderSummary:
        if basket_id in self.checked_out:
            return _summary(self.placed[self.checked_out[basket_id]])
        basket = self.basket(basket_id=basket_id)
        if not basket.lines:
            raise EmptyBasket("there is nothing in the basket", basket_id=basket_id)
        del self.baskets[basket_id]
        order = Order(
            order_id=f"order-{len(self.placed) + 1}",
            customer_id=customer_id,
            status="pending",
            currency="USD",
            total_minor=basket.total_minor,
            lines=tuple(
                OrderLine(
                    sku=line.sku,
                    name=line.name,
                    quantity=line.quantity,
                    unit_price_minor=line.unit_price_minor,
                    discount_percent=Decimal(0),
                    total_minor=line.total_minor,
                )
                for line in basket.lines
            ),
            ship_to=ship_to,
            placed_at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
            failure=None,
            payment=OrderPayment(status="none", captured_minor=0, refunded_minor=0),
            shipment=None,
        )
        self.placed[order.order_id] = order
        self.checked_out[basket_id] = order.order_id
        return _summary(order)

    def move(self, order_id: str, **changes: object) -> None:
        """This is what messages do to an order in the running system."""
        self.placed[order_id] = replace(self.placed[order_id], **changes)  # type: ignore[arg-type]  # names of fields of Order

    def order(self, *, order_id: str) -> Order:
        order = self.placed.get(order_id)
        who = current_principal()
        if order is None or (who is not None and not who.acts_for(order.customer_id)):
            raise UnknownOrder(f"there is no order {order_id}", order_id=order_id)
        return order

    def timeline(self, *, order_id: str) -> tuple[OrderMoment, ...]:
        order = self.order(order_id=order_id)
        whats = ["order-placed"] + ([f"order-{order.status}"] if order.status != "pending" else [])
        return tuple(
            OrderMoment(event_id=f"m-{number}", what=what, code="", happened_at=order.placed_at)
            for number, what in enumerate(whats)
        )

    def cancel_order(self, *, order_id: str) -> None:
        order = self.order(order_id=order_id)
        if order.status != "pending":
            raise OrderNotCancellable("too late", order_id=order_id, status=order.status)
        self.move(order_id, status="cancelled")

    def orders(
        self, *, customer_id: str = "", status: str = "", cursor: str = "", limit: int = 50
    ) -> OrderPage:
        chosen = [order for order in self.placed.values() if customer_id in ("", order.customer_id)]
        return OrderPage(orders=tuple(_summary(order) for order in reversed(chosen))[:limit])


class PaymentsDouble:
    """This has authorised whatever was ordered."""

    def __init__(self, ordering: OrderingDouble) -> None:
        self._ordering = ordering

    def status(self, *, order_id: str) -> PaymentStatus:
        order = self._ordering.placed.get(order_id)
        return PaymentStatus(
            order_id=order_id,
            status="authorised" if order else "none",
            authorised_minor=order.total_minor if order else 0,
            captured_minor=0,
            refunded_minor=0,
            currency="USD",
        )


class ShippingDouble:
    """This takes back what was sent."""

    def __init__(self, ordering: OrderingDouble) -> None:
        self._ordering = ordering

    def shipment(self, *, order_id: str) -> ShipmentStatus:
        order = self._ordering.placed.get(order_id)
        if order is None or order.shipment is None:
            raise UnknownShipment("nothing is shipped", order_id=order_id)
        return ShipmentStatus(
            order_id=order_id,
            shipment_id="S1",
            status=order.shipment.status,
            carrier="Quarry Post",
            tracking_number=order.shipment.tracking_number,
        )

    def take_back(self, *, order_id: str) -> ShipmentStatus:
        order = self._ordering.order(order_id=order_id)
        if order.status != "fulfilled":
            raise NotReturnable("too early", order_id=order_id, shipment_status="booked")
        shipment = OrderShipment(status="returned", tracking_number="T1")
        self._ordering.move(order_id, shipment=shipment)
        return ShipmentStatus(
            order_id=order_id, shipment_id="S1", status="returned", carrier="", tracking_number="T1"
        )


def _summary(order: Order) -> OrderSummary:
    return OrderSummary(
        order_id=order.order_id,
        customer_id=order.customer_id,
        status=order.status,
        currency=order.currency,
        total_minor=order.total_minor,
        placed_at=order.placed_at,
    )
