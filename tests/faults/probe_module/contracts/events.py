"""The probe's one event."""

from modules.kernel.contracts import event


@event("probe.thing_happened", key="thing")
class ThingHappened:
    """This says that a thing happened for the `number`th time."""

    thing: str
    number: int
