"""Messages that are parked, and the command that operators have for them."""

from io import StringIO

from django.core.management import call_command

from modules.kernel.messaging import operations
from modules.kernel.messaging.subscriptions import RetryPolicy
from modules.kernel.messaging.tests.probe import (
    Recorder,
    ThingHappened,
    probe_consumer,
    publish,
    run,
    tick,
)

ONCE = RetryPolicy(attempts=1)


def park(*numbers: int) -> Recorder:
    """This parks the messages of these numbers among five of one key."""
    publish(*(ThingHappened(thing="a", number=number) for number in range(5)))
    tick()
    recorder = Recorder(fail=lambda message, delivery: message.number in numbers)
    run(probe_consumer(recorder, retry=ONCE))
    return recorder


def parked_position() -> int:
    return operations.set_aside(state="parked")[0].position


def messages(*arguments: str) -> str:
    out = StringIO()
    call_command("messages", *arguments, stdout=out)
    return out.getvalue()
