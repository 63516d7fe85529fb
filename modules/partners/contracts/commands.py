"""What partners tells itself to do outside the database: to call a receiver, to ask ordering."""

from modules.kernel.contracts import command


@command("partners.send_webhook", version=1, key="lane")
class SendWebhook:
    """Send one delivery to its endpoint.

    Attributes:
        lane: endpoint and order: what is said of one order arrives in order, and a delivery that
            fails holds back no other order.
    """

    lane: str
    delivery_id: str


@command("partners.place_line", version=1, key="line_id")
class PlaceLine:
    """Place the order of one line of an import."""

    line_id: str
