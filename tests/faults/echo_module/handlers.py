"""What the echo does with what it hears."""

from modules.kernel.messaging import Delivery
from tests.faults.echo_module.models import Effect
from tests.faults.probe_module.contracts import ThingHappened


def on_thing_happened(message: ThingHappened, delivery: Delivery) -> None:
    Effect.objects.create(thing=message.thing, number=message.number)
