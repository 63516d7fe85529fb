"""Where Kafka's topics end, found out by reading up to there.

Not every broker that speaks the protocol is exact about it when it is asked.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, TopicPartition

from modules.kernel.messaging.brokers.port import BrokerUnavailable


def ends_of(
    consumer: Consumer, topics: Sequence[str], *, within_seconds: float
) -> list[TopicPartition]:
    """This gives the end of each partition of those topics that there are.

    Args:
        consumer: of no group yet; with ``enable.partition.eof``.

    Raises:
        BrokerUnavailable: it took longer.
    """
    known = consumer.list_topics(timeout=within_seconds).topics
    places = {
        (topic, partition): TopicPartition(topic, partition, OFFSET_END)
        for topic in topics
        if topic in known
        for partition in known[topic].partitions
    }
    consumer.assign(list(places.values()))
    left = set(places)
    until = time.monotonic() + within_seconds
    while left:
        message = consumer.poll(max(until - time.monotonic(), 0.0))
        if message is None:
            raise BrokerUnavailable("Kafka: it did not say in time where its topics end")
        error = message.error()
        if error is None:
            continue
        if error.code() != KafkaError._PARTITION_EOF:
            raise KafkaException(error)
        place = str(message.topic()), int(message.partition() or 0)
        places[place].offset = message.offset() or 0
        left.discard(place)
    return list(places.values())
