"""Deliveries of a module that is being moved, as an operator sees them."""

import pytest

from modules.kernel.extraction.moving import deliveries
from modules.kernel.extraction.moving.hearing import hearing_of
from modules.kernel.extraction.moving.sides import Side
from modules.kernel.messaging.leases import make_partitions
from modules.kernel.messaging.models import Partition
from modules.kernel.messaging.statistics import consumer_statistics

HERE = Side(alias="default", name="here")


@pytest.mark.django_db
def test_those_that_are_stopped_are_held_by_nobody_and_free_to_nobody() -> None:
    hearing = hearing_of("payments")
    for consumer in hearing.consumers:
        make_partitions(database="default", consumer=consumer, source="default", start=0)
    Partition.objects.update(owner="a worker")

    deliveries.stop(HERE, hearing)

    workers = {one.consumer: one.workers for one in consumer_statistics()}
    assert {workers[consumer] for consumer in hearing.consumers} == {0}
    free = "SELECT count(*) FROM messaging_partition WHERE lease_until <= CURRENT_TIMESTAMP"
    assert HERE.value(free) == 0
