"""SNS's and SQS's own: queues whose settings change, and a filter that only widens."""

from __future__ import annotations

from dataclasses import replace

from modules.kernel.messaging.brokers.port import Transport
from modules.kernel.messaging.brokers.sns_sqs import SnsSqs
from tests.brokers.conftest import Brokers
from tests.brokers.crossing import WITHIN_SECONDS, route
from tests.brokers.envelopes import an_envelope
from tests.faults.waiting import wait_until


def listen(transport: Transport, *names: str) -> None:
    """This has the deployable's queue get what it is to get by these names."""
    receiver = transport.receiver(replace(route(), names=names))
    receiver.receive(limit=1, timeout_seconds=0)
    receiver.close()


def require_that_it_arrives(transport: Transport, name: str) -> None:
    """This publishes one message, and waits until the deployable has it."""
    less = replace(route(), names=("probe.greeted",))
    publisher, receiver = transport.publisher(), transport.receiver(less)
    publisher.publish([an_envelope(name=name)])
    wait_until(
        lambda: len(receiver.receive(limit=1, timeout_seconds=1)) == 1,
        what="it arrives",
        seconds=WITHIN_SECONDS,
    )
    publisher.close()
    receiver.close()


def test_a_queue_that_is_there_takes_a_setting_that_has_changed(
    brokers: Brokers, prefix: str
) -> None:
    listen(brokers["sns_sqs"].transport(prefix), *route().names)
    url = brokers["sns_sqs"].url.replace("invisible_seconds=3", "invisible_seconds=4")
    changed = SnsSqs(url, prefix=prefix)
    listen(changed, *route().names)
    require_that_it_arrives(changed, "probe.noted")
    queue = changed.sqs.get_queue_url(QueueName=f"{prefix}-audience.fifo")["QueueUrl"]
    found = changed.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])
    assert found["Attributes"]["VisibilityTimeout"] == "4"


def test_a_filter_for_all_is_not_narrowed_by_a_process_that_listens_to_less(
    brokers: Brokers, prefix: str
) -> None:
    transport = brokers["sns_sqs"].transport(prefix)
    listen(transport, *(f"probe.name{number}" for number in range(151)))
    listen(transport, "probe.greeted")
    require_that_it_arrives(transport, "probe.name150")
