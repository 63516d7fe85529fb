"""A module that is taken out, as far as the writer asks: what it says of itself."""

from modules.kernel.extraction.writing.facts import Facts
from modules.kernel.manifests import Manifest, Route


def facts(*, broker: str = "rabbitmq", asks: tuple[str, ...] = ("stock",)) -> Facts:
    """This is what is known of ``gifts``, which asks ``stock`` and is asked by ``desk``."""
    return Facts(
        manifest=Manifest(
            name="gifts",
            title="Gifts",
            summary="Wraps things.",
            publishes=("gifts.gift_wrapped",),
            consumes=("gifts.wrap_gift", "stock.thing_moved"),
            provides=("Gifts",),
            requires=tuple(f"{one}.Stock" for one in asks),
            routes=(Route(path="api/v1/gifts/<str:gift_id>", methods=("GET",)),),
        ),
        all_modules=("desk", "gifts", "stock"),
        neighbours=("stock",),
        asks=asks,
        callers=("desk:gifts.Gifts",),
        believed=("desk", "door"),
        broker=broker,
    )
